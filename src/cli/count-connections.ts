import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { visibleLine } from '../base/visible.ts';
import type { countTransit } from '../transit/count.ts';
import { type ConnectionArguments, connectionReader } from './connection-reader.ts';
import { contextLog } from './context-log.ts';
import type { Io } from './io.ts';
import { onSignals } from './signals.ts';

export interface CountArguments extends ConnectionArguments {
  readonly node: string | undefined;
  readonly json: boolean;
}

type Counted = ReturnType<typeof countTransit>;

/** `midflight connections`: counts once and prints. Exit codes: docs/exit-codes.md. */
export async function countConnections(args: CountArguments, io: Io): Promise<ExitCode> {
  const reader = await connectionReader(args, io);
  const nodes =
    args.node === undefined ? reader.nodes : reader.nodes.filter(({ name }) => name === args.node);
  if (nodes.length === 0) throw noNode(args.node ?? '', reader.nodes);
  const how = await reader.way(nodes);
  io.stderr.write(`midflight: reading ${nodes.length} node${nodes.length === 1 ? '' : 's'}: ${how}\n`);
  const interruption = onSignals(process, (exitCode) => process.exit(exitCode));
  const changes = contextLog({ opened: reader.opened, what: 'connections' }, interruption.signal);
  try {
    const counts = await reader.count(nodes, changes, interruption.signal);
    io.stdout.write(
      args.json ? `${JSON.stringify({ version: 1, nodes: counts }, null, 2)}\n` : countTable(counts),
    );
    return exitCodes.pass;
  } finally {
    if (changes.open > 0) io.stderr.write('midflight: not all was removed; midflight clean tries again\n');
    changes.close();
    interruption.dispose();
  }
}

export function noNode(name: string, nodes: readonly { readonly name: string }[]): MidflightError {
  return new MidflightError('bad-usage', `there is no node '${name}'`, {
    hint: `there is ${nodes
      .slice(0, 10)
      .map((node) => node.name)
      .join(', ')}`,
  });
}

/** Nodes with the most connections to pods elsewhere first. */
function countTable(counts: readonly Counted[]): string {
  const rows = [...counts]
    .sort((one, other) => other.transit - one.transit || (one.node < other.node ? -1 : 1))
    .map(({ node, transit, local, gone, services }) => [
      visibleLine(node),
      String(transit),
      String(local),
      String(gone),
      services.map(({ service, transit: of }) => `${service} ${of}`).join(', ') || '-',
    ]);
  const head = ['NODE', 'TO PODS ELSEWHERE', 'TO ITS OWN PODS', 'POD GONE', 'ELSEWHERE, BY SERVICE'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column > 0 && column < 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const total = counts.reduce((sum, { transit }) => sum + transit, 0);
  return `${[head, ...rows].map(line).join('\n')}\n${total} live connection${total === 1 ? '' : 's'} would be cut by the death of a node that serves none of them\n`;
}
