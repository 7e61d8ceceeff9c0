import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { containerAddress } from './containers.ts';
import { containerLabel } from './owner.ts';
import { must, runShell } from './shell.ts';

/*
 * A node has to come back at its address. Docker gives a container that it starts the lowest free address of the network,
 * and refuses an explicit one on kind's network, which has no configured IPv4 range (moby: "user specified IP address is
 * supported only when connecting to networks with user configured subnets"). A paused node holds its address. Before
 * it is started again, placeholders take every free address below, which another cluster may have left meanwhile.
 */

export interface Placeholders {
  readonly cluster: string;
  /** Any image with `sleep`. */
  readonly image: string;
}

/** More free addresses than that below a node's are not expected: a cluster of another has at most some dozen nodes. */
const most = 100;
const tries = 5;
const pauseMs = 1000;

/** Kills a node's container and starts it; it has `address` afterwards. Throws `cluster-failed` if another container took it. */
export async function restartAt(
  node: string,
  address: string,
  placeholders: Placeholders,
  hint: string,
): Promise<void> {
  let now = '';
  for (let turn = 0; turn < tries; turn += 1) {
    // Another midflight's placeholder had it for a moment, perhaps.
    if (turn > 0) await monotonic.sleep(pauseMs);
    const held: string[] = [];
    try {
      await fillBelow(address, placeholders, held);
      await runShell(['docker', 'kill', node]);
      await must(['docker', 'start', node], { hint });
      now = await containerAddress(node);
      if (now === address) return;
    } finally {
      if (held.length > 0) await runShell(['docker', 'rm', '-f', ...held]);
    }
  }
  throw new MidflightError(
    'cluster-failed',
    `${node} came back as ${now}; it was ${address}${await takenBy(address)}`,
    { hint: 'midflight cluster down, and run again' },
  );
}

/** Starts placeholders until no address below is free; `held` gets their ids at once, so that each is removed in any case. */
async function fillBelow(address: string, { cluster, image }: Placeholders, held: string[]): Promise<void> {
  const label = `${containerLabel}=${cluster}`;
  const command = ['docker', 'run', '-d', '--network', 'kind', '--label', label, '--entrypoint', 'sleep'];
  while (held.length < most) {
    const id = await must([...command, image, 'infinity']);
    held.push(id);
    const got = await containerAddress(id);
    if (numberOf(got) > numberOf(address)) return;
    if (got !== address) continue;
    await runShell(['docker', 'rm', '-f', id]);
    return;
  }
}

/** An IPv4 address as a number, to compare it. */
const numberOf = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

async function takenBy(address: string): Promise<string> {
  const format = '{{range .Containers}}{{.Name}} {{.IPv4Address}}{{"\\n"}}{{end}}';
  const { stdout } = await runShell(['docker', 'network', 'inspect', '-f', format, 'kind']);
  const holder = stdout.split('\n').find((line) => line.includes(` ${address}/`));
  return holder === undefined ? '' : `, which ${holder.split(' ')[0]} has now`;
}
