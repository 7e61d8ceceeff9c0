import { MidflightError, messageOf } from '../../base/errors.ts';
import { abortsAfter, abortsWith } from '../../base/signals.ts';
import type { NodeName } from '../../base/units.ts';
import { connectionsPath, healthzPort } from '../../kube/names.ts';
import type { TableSource } from './source.ts';

/** The data path of the embedded cluster is ours, and shows its own table, in the kernel's form. */
export const embeddedSource: TableSource = {
  how: "the embedded cluster's own data path",
  async tables(nodes, _ports, signal) {
    const each = await Promise.all(
      nodes.map(async ({ name, address }): Promise<[NodeName, string]> => {
        try {
          const answer = await fetch(`http://${address}:${healthzPort}${connectionsPath}`, {
            signal: abortsWith(signal, abortsAfter(10_000)),
          });
          if (!answer.ok) throw new Error(`it answered ${answer.status}`);
          return [name, await answer.text()];
        } catch (error) {
          signal.throwIfAborted();
          throw new MidflightError('cluster-failed', `node ${name} cannot be asked: ${messageOf(error)}`);
        }
      }),
    );
    return new Map(each);
  },
};
