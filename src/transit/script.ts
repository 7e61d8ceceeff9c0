import { MidflightError } from '../base/errors.ts';

/** How to read a node's table: the kernel's file, the conntrack tool (netlink), or whichever the node has. */
type TableTool = 'file' | 'netlink' | 'either';

/** The kernel's own view, if it was built with CONFIG_NF_CONNTRACK_PROCFS. Mode 0440: group 0 may read it, without a capability. */
const file = '/proc/net/nf_conntrack';
const begin = 'midflight: the table begins';
const end = 'midflight: the table ends';

/** A connection that may be live; the pattern is wider than isLiveFlow, so that the lines of a busy node stay few. */
const maybeLive = '(tcp +6 +([0-9]+ +(SYN_RECV|ESTABLISHED|FIN_WAIT|CLOSE_WAIT) +)?src=|udp |sctp )';

/**
 * A shell script that prints the entries with these destination ports, between two marks: what is cut off in between, such as a
 * log that was rotated, is noticed. It needs `sh` and `grep`, for `netlink` also `conntrack` and the capability NET_ADMIN.
 */
export function tableScript(ports: readonly number[], tool: TableTool): string {
  const pattern = `${maybeLive}.* dport=(${ports.join('|')}) `;
  // grep's 1 means that no line matched, which is an answer.
  const grep = (from: string) => `grep -E '${pattern}' ${from} || [ $? -eq 1 ]`;
  const byFile = grep(file);
  // Without a family the tool lists IPv4 only (conntrack-tools, conntrack.c).
  const byNetlink = ['ipv4', 'ipv6']
    .map(
      (family) =>
        `t=$(conntrack -L -f ${family} -o extended 2>/dev/null); printf '%s\\n' "$t" | ${grep('-')}`,
    )
    .join('; ');
  const work = {
    file: byFile,
    netlink: byNetlink,
    either: `if [ -r ${file} ]; then ${byFile}; else ${byNetlink}; fi`,
  }[tool];
  return `set -e; echo '${begin}'; ${work}; echo '${end}'`;
}

/** The entries of what that script printed. Throws `cluster-failed` if it is not whole. */
export function wholeTable(output: string, node: string): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const from = lines.indexOf(begin);
  const to = lines.lastIndexOf(end);
  if (from !== -1 && to > from) return lines.slice(from + 1, to).join('\n');
  const said = output.trim().split('\n').at(-1) ?? '';
  throw new MidflightError('cluster-failed', `the table of connections of node ${node} did not come whole`, {
    where: `node ${node}`,
    hint:
      from === -1 || said === begin
        ? `a node whose kernel has no ${file} needs --netlink and an image with conntrack`
        : 'its log was cut off: count one Service at a time, with --service',
  });
}
