import { MidflightError } from '../../base/errors.ts';
import type { NodeName } from '../../base/units.ts';
import { runShell } from '../../providers/kind/shell.ts';
import { tableScript, wholeTable } from '../script.ts';
import type { TableSource } from './source.ts';

/** How kind marks its nodes: `kind://docker/NAME/CONTAINER` (kind, pkg/cluster/internal/providers/docker/provision.go). */
const providerID = /^kind:\/\/docker\/[^/]+\/([^/]+)$/;

/** The container that a node is; null: it is none of kind's. */
export const kindContainer = (id: string | null): string | null => providerID.exec(id ?? '')?.[1] ?? null;

type Shell = (command: readonly string[], options: { signal: AbortSignal }) => ReturnType<typeof runShell>;

/** Reads in the containers that kind's nodes are, on this machine. Nothing is written to the cluster. */
export const dockerExecSource = (shell: Shell = runShell): TableSource => ({
  how: 'docker exec in the nodes of kind',
  async tables(nodes, ports, signal) {
    const script = tableScript(ports, 'either');
    const each = await Promise.all(
      nodes.map(async ({ name, providerID: id }): Promise<[NodeName, string]> => {
        const container = kindContainer(id);
        if (container === null)
          throw new MidflightError('cluster-failed', `node ${name} is no container of kind`);
        const { ok, stdout, stderr } = await shell(['docker', 'exec', container, 'sh', '-c', script], {
          signal,
        });
        if (ok) return [name, wholeTable(stdout, name)];
        throw new MidflightError('cluster-failed', `node ${name} cannot be asked: ${stderr.trim()}`, {
          hint: 'this needs the Docker that kind runs in; --by pod works from anywhere',
        });
      }),
    );
    return new Map(each);
  },
});
