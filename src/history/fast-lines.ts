import { connectResults, lanes, sideEnds } from '../base/connections.ts';
import { own, remembered } from '../base/remember.ts';
import { type EventOf, type HistoryEvent, outcomes, type Path, path as pathSchema } from './schema.ts';

/*
 * Most lines of a history are of five kinds, several for each request. Those that look as our writer writes them are read
 * by one regular expression each, which is their check as well; any other is left to JSON.parse and the schema. That is
 * what lets a million requests be read in seconds.
 */
interface FastLines {
  /** The event of the line that begins here, or null if it is for the slow reader. */
  read(text: string, at: number): HistoryEvent | null;
  /** The offset after the line that was read last. */
  readonly next: number;
}

/** Whole numbers that a double holds exactly; no sign, no exponent. */
const int = '(0|[1-9]\\d{0,14})';
const number = '((?:0|[1-9]\\d{0,14})(?:\\.\\d{1,17})?)';
/** No escapes, and none of the characters that need one. */
const word = '"([^"\\\\\\u0000-\\u001f]*)"';
const flag = '(true|false)';
const flatObject = '(\\{[^{}\\n]*\\})';
const or = (pattern: string) => `(?:null|${pattern})`;

const lineOf = (type: string, fields: Readonly<Record<string, string>>) => {
  const rest = Object.entries(fields).map(([name, pattern]) => `,"${name}":${pattern}`);
  return new RegExp(`\\{"type":"${type}"${rest.join('')}\\}\\n`, 'y');
};

const startLine = {
  t: number,
  trial: int,
  id: word,
  load: word,
  kind: word,
  lane: or(word),
  dueAt: number,
};
const endLine = {
  t: number,
  trial: int,
  id: word,
  outcome: word,
  status: or(int),
  errno: or(word),
  connectedAt: or(number),
  firstByteAt: or(number),
  firstChunkAt: or(number),
  lastByteAt: or(number),
  longestSilenceNs: number,
  bodyBytes: number,
  chunks: int,
  local: or(word),
  path: or(flatObject),
  freshConnection: or(flag),
};
const edgeOpenLine = { t: number, conn: int, client: word, node: or(word) };
const edgeCloseLine = {
  t: number,
  conn: int,
  client: word,
  node: or(word),
  upstreamLocal: or(word),
  connect: word,
  connectNs: number,
  connectedAt: or(number),
  bytesUp: number,
  bytesDown: number,
  lastDownAt: or(number),
  clientEnd: word,
  upstreamEnd: word,
};
const ingressLine = {
  t: number,
  pod: word,
  node: or(word),
  id: or(word),
  source: word,
  status: int,
  durationMs: or(number),
};

type Found = string | undefined;
type Match = RegExpExecArray;

const oneOf = <T extends string>(known: readonly T[]): ReadonlyMap<Found, T> =>
  new Map(known.map((one) => [one, one]));
const kinds = oneOf(['stream', 'probe', 'short']);
const laneWords = oneOf(lanes);
const outcomeWords = oneOf(outcomes);
const connectWords = oneOf(connectResults);
const endWords = oneOf(sideEnds);

const numberOr = (found: Found) => (found === undefined ? null : Number(found));
const flagOr = (found: Found) => (found === undefined ? null : found === 'true');
const ownOr = (found: Found) => (found === undefined ? null : own(found));

export function fastLines(): FastLines {
  // One string for all that are equal: names of nodes, pods, loads.
  const same = remembered((word) => word);
  const sameOr = (found: Found) => (found === undefined ? null : same(found));
  const pathOf = remembered(pathIn);

  const start = (found: Match): EventOf<'start'> | null => {
    const [, t, trial, id = '', load = '', kindWord, laneWord, dueAt] = found;
    const kind = kinds.get(kindWord);
    const lane = laneWord === undefined ? null : laneWords.get(laneWord);
    if (kind === undefined || lane === undefined) return null;
    return {
      type: 'start',
      t: Number(t),
      trial: Number(trial),
      id: own(id),
      load: same(load),
      kind,
      lane,
      dueAt: Number(dueAt),
    };
  };
  const end = (found: Match): EventOf<'end'> | null => {
    const [, t, trial, id = '', outcomeWord, status, errno] = found;
    const outcome = outcomeWords.get(outcomeWord);
    const path = found[15] === undefined ? null : pathOf(found[15]);
    if (outcome === undefined || path === undefined) return null;
    return {
      type: 'end',
      t: Number(t),
      trial: Number(trial),
      id: own(id),
      outcome,
      status: numberOr(status),
      errno: sameOr(errno),
      connectedAt: numberOr(found[7]),
      firstByteAt: numberOr(found[8]),
      firstChunkAt: numberOr(found[9]),
      lastByteAt: numberOr(found[10]),
      longestSilenceNs: Number(found[11]),
      bodyBytes: Number(found[12]),
      chunks: Number(found[13]),
      local: ownOr(found[14]),
      path,
      freshConnection: flagOr(found[16]),
    };
  };
  const edgeOpen = ([, t, conn, client = '', node]: Match): EventOf<'edge-open'> => ({
    type: 'edge-open',
    t: Number(t),
    conn: Number(conn),
    client: own(client),
    node: sameOr(node),
  });
  const edgeClose = (found: Match): EventOf<'edge-close'> | null => {
    const [, t, conn, client = '', node, upstreamLocal] = found;
    const connect = connectWords.get(found[6]);
    const clientEnd = endWords.get(found[12]);
    const upstreamEnd = endWords.get(found[13]);
    if (connect === undefined || clientEnd === undefined || upstreamEnd === undefined) return null;
    return {
      type: 'edge-close',
      t: Number(t),
      conn: Number(conn),
      client: own(client),
      node: sameOr(node),
      upstreamLocal: ownOr(upstreamLocal),
      connect,
      connectNs: Number(found[7]),
      connectedAt: numberOr(found[8]),
      bytesUp: Number(found[9]),
      bytesDown: Number(found[10]),
      lastDownAt: numberOr(found[11]),
      clientEnd,
      upstreamEnd,
    };
  };
  const ingress = ([, t, pod = '', node, id, source = '', ...rest]: Match): EventOf<'ingress'> => ({
    type: 'ingress',
    t: Number(t),
    pod: same(pod),
    node: sameOr(node),
    id: ownOr(id),
    source: same(source),
    status: Number(rest[0]),
    durationMs: numberOr(rest[1]),
  });

  // The commonest first.
  const readers = [
    { begin: 'start"', line: lineOf('start', startLine), make: start },
    { begin: 'end"', line: lineOf('end', endLine), make: end },
    { begin: 'ingress"', line: lineOf('ingress', ingressLine), make: ingress },
    { begin: 'edge-open"', line: lineOf('edge-open', edgeOpenLine), make: edgeOpen },
    { begin: 'edge-close"', line: lineOf('edge-close', edgeCloseLine), make: edgeClose },
  ];
  let next = 0;
  return {
    read(text, at) {
      for (const { begin, line, make } of readers) {
        if (!text.startsWith(begin, at + prefix)) continue;
        line.lastIndex = at;
        const found = line.exec(text);
        next = line.lastIndex;
        return found === null ? null : make(found);
      }
      return null;
    },
    get next() {
      return next;
    },
  };
}

const prefix = '{"type":"'.length;

/** Undefined if the text is no path. */
const pathIn = (text: string): Path | undefined => pathSchema.safeParse(jsonOf(text)).data;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
