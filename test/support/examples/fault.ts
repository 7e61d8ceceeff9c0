import type { FaultTraits } from '../../../src/catalogue/faults.ts';
import { type NodeFault, needed } from '../../../src/faults/fault.ts';

/** The row of src/catalogue/faults.ts: what it means. */
export const flappingTraits = {
  takes: ['transit', 'ingress', 'endpoint'],
  aims: 'node',
  silencesNode: true,
  losesLease: true,
  emptiesNode: false,
  evicts: false,
  ownGrace: false,
  notice: null,
  afterNotice: null,
  parameters: {
    pause: {
      form: 'duration',
      least: '1s',
      most: '1h',
      byDefault: '2s',
      words: 'Until the link is up again',
    },
  },
  noun: 'flapping link',
  looks: { begin: { word: 'link down', down: true }, done: { word: 'link down', down: true } },
  words: 'the network of the node goes, and comes and goes again',
} as const satisfies FaultTraits;

/** The file of src/faults: how it is injected. In the repository it has its `kind` as well. */
export const flapping: Omit<NodeFault, 'kind'> = {
  needs: ['power'],
  async inject({ changes, effects, began, sleep, parameter }, node) {
    const power = needed(effects, 'power');
    const at = await changes.make(power, { node }, { how: 'unplugged' });
    began(at, 'the link is down');
    await sleep(parameter('pause'));
    return { affected: 1, detail: 'the node is silent' };
  },
};
