/*
 * How a runner of a TestRun waits at the gate until all are there, and compares its clock with the gate's (runner-clocks.ts).
 * On our own machine there is one k6, on our clock, and nothing of this is done. Bundled for k6 (scripts/build.mjs).
 */
import http, { type RefinedResponse } from 'k6/http';

const gate = String(__ENV.MIDFLIGHT_GATE ?? '');
/** The operator names a runner's host after its TestRun and its index, from 1. */
const runner =
  __ENV.MIDFLIGHT_RUNNERS === undefined ? '' : (/-(\d+)$/.exec(__ENV.HOSTNAME ?? '')?.[1] ?? '0');
/** Readings of the clock before a measurement begins. */
const firstReadings = 10;

/** Part of the id of every request: which runner sent it. */
export const mark = runner === '' ? '' : `a${Number(runner) - 1}-`;

/** This virtual user's last reading, for the gate. */
let reading = '';

/** Asks the gate; its status: 200 go on, 410 begin nothing, 0 it is gone. */
export function ask(what: '' | 'clock' | 'begin'): number {
  if (runner === '') return http.get(gate).status;
  const asked = Date.now();
  const answer: RefinedResponse<'text'> = http.get(`${gate}${what}?runner=${runner}${reading}`, {
    responseType: 'text',
    timeout: '24h',
    tags: { midflight: 'gate', name: 'gate' },
  });
  const answered = Date.now();
  // An answer that was held back shows nothing about the clock.
  reading =
    answer.status === 0 || what === 'begin'
      ? ''
      : `&asked=${asked}&there=${answer.body}&answered=${answered}`;
  return answer.status;
}

/** Called from setup(), once in each runner. */
export function knock(): void {
  if (runner === '') return;
  for (let count = 0; count <= firstReadings; count += 1) ask('clock');
  ask('begin');
}
