import * as assert from 'uvu/assert';
import type { Said } from '../load.ts';
import type { Cell } from './cells.ts';
import type { Deed } from './server.ts';

interface TruthCase {
  readonly cell: Cell;
  readonly mode: 'app' | 'framing';
  readonly count: number;
  readonly said: Said;
  readonly deeds: readonly Deed[];
  /** Silence is called hung so long after the last sign of life; a probe's time-out runs from its start. */
  readonly stallMs: number;
  readonly stallFrom: 'last-byte' | 'start';
  readonly connectTimeoutMs: number;
}

/** Machines differ and others work on them: an instant may be this much late, ms. Never early. */
const slackMs = 1500;

/** Every request is told once, as what the server made of it, at the instant at which it did. */
export function checkTruth({ cell, mode, count, said, deeds, ...limits }: TruthCase): void {
  const { stallMs, stallFrom, connectTimeoutMs } = limits;
  assert.equal(said.countByOutcome(), { [cell[mode]]: count }, `${cell.name}: outcomes`);
  assert.is(said.starts.size, count, 'starts');
  assert.is(new Set(said.ends.map(({ id }) => id)).size, count, 'each ended once');
  assert.is(said.messages.filter(({ type }) => type === 'fatal').length, 0, 'invariant holds');
  const done = new Map(deeds.map((deed) => [deed.client, deed]));
  for (const end of said.ends) {
    const startedAt = said.starts.get(end.id)?.t ?? Number.NaN;
    if (cell.certain === 'after-connect-timeout') {
      assert.is(Math.round((end.t - startedAt) / 1e6), connectTimeoutMs);
      continue;
    }
    if (cell.port === 'closed') continue;
    // A reset right after the handshake can overtake our sight of the handshake.
    if (end.local === null && cell.name === 'rst-on-connect') continue;
    const deed = done.get(end.local ?? '');
    assert.ok(deed, `${cell.name}: the server knows the connection ${end.local}`);
    // An answer can be whole before the server's last step, its close.
    const at = deed.doneAt ?? end.t;
    const lateMs = (end.t - at) / 1e6 - (cell.certain === 'after-stall' ? stallMs : 0);
    assert.ok(lateMs < slackMs, `${cell.name}: ${lateMs} ms late`);
    if (cell.certain === 'after-stall') {
      const from = stallFrom === 'start' ? startedAt : (end.lastByteAt ?? end.connectedAt ?? Number.NaN);
      assert.is(Math.round((end.t - from) / 1e6), stallMs);
    }
  }
}
