/*
 * Frames of HTTP/2, made by hand (RFC 9113, section 4; RFC 7541, appendix A): a server built on a library could not break
 * its rules.
 */

export const flags = { endStream: 1, endHeaders: 4 } as const;
/** RFC 9113, section 7. */
export const codes = { none: 0, protocol: 1, internal: 2, refused: 7, cancel: 8, calm: 11 } as const;
const types = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, window: 8, continuation: 9 };

function frame(
  type: keyof typeof types,
  flag: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(types[type], 3);
  head.writeUInt8(flag, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};

/** An integer of HPACK behind a prefix of so many bits (RFC 7541, section 5.1). */
function integer(value: number, bits: number, first = 0): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.from([first | value]);
  const bytes = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

const text = (value: string) => Buffer.concat([integer(value.length, 7), Buffer.from(value, 'latin1')]);
/** A literal that is not indexed. */
const header = (name: string, value: string) => Buffer.concat([Buffer.from([0]), text(name), text(value)]);

export const settings = () => frame('settings', 0, 0, Buffer.concat([Buffer.from([0, 3]), u32(1000)])); // MAX_CONCURRENT_STREAMS
export const settingsAck = () => frame('settings', 1, 0);
export const ping = () => frame('ping', 0, 0, Buffer.alloc(8));
export const windowUpdate = () => frame('window', 0, 0, u32(1000));
export const data = (stream: number, body: string, flag = 0) =>
  frame('data', flag, stream, Buffer.from(body));
export const reset = (stream: number, code: number) => frame('reset', 0, stream, u32(code));
export const goaway = (last: number, code: number) => frame('goaway', 0, 0, u32(last, code));

export function headers(
  stream: number,
  status: number,
  more: Readonly<Record<string, string>> = {},
  flag = 0,
): Buffer {
  return block(stream, [[':status', String(status)], ...Object.entries(more)], flag);
}

/** A block of any headers, in as many frames as it takes. */
export function block(stream: number, list: readonly (readonly [string, string])[], flag = 0): Buffer {
  const all = Buffer.concat(list.map(([name, value]) => header(name, value)));
  const pieces: Buffer[] = [];
  for (let at = 0; at === 0 || at < all.length; at += 16_384) pieces.push(all.subarray(at, at + 16_384));
  return Buffer.concat(
    pieces.map((piece, index) => {
      const last = index === pieces.length - 1 ? flags.endHeaders : 0;
      return index === 0
        ? frame('headers', flag | last, stream, piece)
        : frame('continuation', last, stream, piece);
    }),
  );
}

/** The streams that a client's bytes open, in the order of their HEADERS; settings are told apart. */
export function opened(onStream: (id: number) => void, onSettings: () => void): (bytes: Buffer) => void {
  let kept = Buffer.alloc(0);
  let greeted = false;
  return (bytes) => {
    kept = Buffer.concat([kept, bytes]);
    if (!greeted) {
      if (kept.length < preface.length) return;
      kept = kept.subarray(preface.length);
      greeted = true;
    }
    while (kept.length >= 9) {
      const length = kept.readUIntBE(0, 3);
      if (kept.length < 9 + length) return;
      const type = kept.readUInt8(3);
      const flag = kept.readUInt8(4);
      const stream = kept.readUInt32BE(5);
      kept = kept.subarray(9 + length);
      if (type === types.headers) onStream(stream);
      else if (type === types.settings && flag === 0) onSettings();
    }
  };
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Frames that no server may send (RFC 9113): each is an error of the connection. */
export const breaches: Readonly<Record<string, (stream: number) => Buffer>> = {
  'a frame longer than SETTINGS_MAX_FRAME_SIZE (4.2)': (stream) =>
    frame('data', 0, stream, Buffer.alloc(20_000)),
  'DATA on stream 0 (6.1)': () => frame('data', 0, 0, Buffer.from('x')),
  'DATA on a stream that was never opened (5.1)': () => frame('data', 0, 99, Buffer.from('x')),
  'DATA before the head (8.1)': (stream) => frame('data', 0, stream, Buffer.from('x')),
  'bytes that are no HPACK (4.3)': (stream) =>
    frame('headers', flags.endHeaders, stream, Buffer.alloc(5, 0xff)),
  'a head on an even stream (5.1.1)': () => frame('headers', flags.endHeaders, 2, Buffer.from([0x88])),
  'a frame between HEADERS and CONTINUATION (6.10)': (stream) =>
    Buffer.concat([frame('headers', 0, stream, Buffer.from([0x88])), ping()]),
  'CONTINUATION without HEADERS (6.10)': (stream) =>
    frame('continuation', flags.endHeaders, stream, Buffer.from([0x88])),
  'padding longer than its frame (6.1)': (stream) =>
    Buffer.concat([headers(stream, 200), frame('data', 8, stream, Buffer.from([200, 1]))]),
  'SETTINGS of five bytes (6.5)': () => frame('settings', 0, 0, Buffer.alloc(5)),
  'SETTINGS_ENABLE_PUSH of 5 (6.5.2)': () => frame('settings', 0, 0, Buffer.from([0, 2, 0, 0, 0, 5])),
  'PING of seven bytes (6.7)': () => frame('ping', 0, 0, Buffer.alloc(7)),
  'RST_STREAM on a stream that was never opened (6.4)': () => frame('reset', 0, 99, Buffer.alloc(4)),
  'WINDOW_UPDATE of 0 (6.9)': () => frame('window', 0, 0, Buffer.alloc(4)),
  'a window above 2^31-1 (6.9.1)': () => frame('window', 0, 0, u32(0x7fff_ffff)),
};
