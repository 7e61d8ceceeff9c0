import { canonicalAddress } from './address.ts';

/*
 * The kernel's table of connections, as text: /proc/net/nf_conntrack (net/netfilter/nf_conntrack_standalone.c, ct_seq_show,
 * Linux 6.12) and `conntrack -L -o extended`, which prints the same fields (libnetfilter_conntrack, snprintf_default.c).
 */

/** One direction of a connection. Ports are null for a protocol without any (ICMP, GRE). */
interface Tuple {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
}

/** One entry of the table. Addresses are in their shortest form. */
export interface ConntrackEntry {
  readonly family: 'ipv4' | 'ipv6';
  /** `tcp`, `udp`, `sctp`, `icmp`, … */
  readonly protocol: string;
  /** Null: a protocol without states, or an entry that a flow table has taken over. */
  readonly state: string | null;
  /** The addresses of the first packet as it came in. */
  readonly original: Tuple;
  /** The addresses of answers: their source is where NAT has sent the connection. */
  readonly reply: Tuple;
  /** Something has come back. */
  readonly replied: boolean;
}

interface ConntrackTable {
  readonly flows: readonly ConntrackEntry[];
  /** Lines that could not be read, as they are: a table with any must not be counted as whole. */
  readonly unread: readonly string[];
}

/** `conntrack v1.4.8 (conntrack-tools): 3 flow entries have been shown.`: its last line, on stderr. */
const summary = /^conntrack v\S+ \(conntrack-tools\): /;

/** Reads a whole table. Empty lines and the summary of the conntrack tool are no entries. */
export function readConntrack(text: string): ConntrackTable {
  const flows: ConntrackEntry[] = [];
  const unread: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || summary.test(line)) continue;
    const flow = readFlow(line);
    if (flow === null) unread.push(line);
    else flows.push(flow);
  }
  return { flows, unread };
}

/** Protocol by name and number, then the seconds left and the state, as far as the entry has them. */
const head = /^(?:(ipv4|ipv6) +\d+ +)?([a-z][a-z0-9-]*) +\d+(?: +-?\d+)?(?: +([A-Z][A-Z0-9_]*))? +(?=src=)/;
const pair = /^([a-z-]+)=(.+)$/;

function readFlow(line: string): ConntrackEntry | null {
  const found = head.exec(line);
  if (found === null) return null;
  const [whole, family, protocol = '', state] = found;
  const tuples: Record<string, string>[] = [];
  let replied = true;
  for (const word of line.slice(whole.length).split(/ +/)) {
    if (word === '[UNREPLIED]') replied = false;
    const [, key, value] = pair.exec(word) ?? [];
    if (key === undefined || value === undefined) continue;
    if (key === 'src') tuples.push({});
    const tuple = tuples.at(-1);
    if (tuple !== undefined && !(key in tuple)) tuple[key] = value;
  }
  if (tuples.length !== 2) return null;
  const [original, reply] = tuples.map(tupleOf);
  if (original == null || reply == null) return null;
  return {
    family: family === 'ipv6' || original.source.includes(':') ? 'ipv6' : 'ipv4',
    protocol,
    state: state ?? null,
    original,
    reply,
    replied,
  };
}

function tupleOf({ src, dst, sport, dport }: Record<string, string>): Tuple | null {
  const source = canonicalAddress(src ?? '');
  const destination = canonicalAddress(dst ?? '');
  const sourcePort = portOf(sport);
  const destinationPort = portOf(dport);
  if (source === null || destination === null) return null;
  if (sourcePort === undefined || destinationPort === undefined) return null;
  return { source, destination, sourcePort, destinationPort };
}

/** Null: there is none. Undefined: this is none. */
function portOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return null;
  const port = Number(text);
  return /^\d+$/.test(text) && port <= 65_535 ? port : undefined;
}

/**
 * States in which nothing more will be delivered, or nothing has been yet: net/netfilter/nf_conntrack_proto_tcp.c
 * (tcp_conntrack_names) and nf_conntrack_proto_sctp.c (sctp_conntrack_names). FIN_WAIT and CLOSE_WAIT are not among them: one
 * side has ended, and the other may still be sending its answer.
 */
const notLive: Readonly<Record<string, readonly string[]>> = {
  tcp: ['NONE', 'SYN_SENT', 'SYN_SENT2', 'LAST_ACK', 'TIME_WAIT', 'CLOSE'],
  sctp: ['NONE', 'CLOSED', 'COOKIE_WAIT', 'SHUTDOWN_ACK_SENT', 'HEARTBEAT_SENT'],
};

/** Somebody would notice if the node died: the connection is made, and not over. */
export const isLiveFlow = ({ protocol, state, replied }: ConntrackEntry): boolean =>
  replied && (state === null || !(notLive[protocol] ?? []).includes(state));
