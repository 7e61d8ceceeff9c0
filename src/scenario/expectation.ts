import { parseDuration } from '../base/units.ts';
import { causes } from '../catalogue/causes.ts';
import { cdnCodes } from '../catalogue/cdn-codes.ts';
import { clockNames, clockTraits } from '../catalogue/clocks.ts';
import { outcomes } from '../catalogue/outcomes.ts';
import { nearest } from './nearest.ts';
import { show, showName } from './show.ts';

/** One parsed condition; the policy and the line are the caller's to add. */
export interface ParsedExpectation {
  readonly text: string;
  readonly metric: string;
  readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly value: number | string | boolean;
  readonly unit: 'count' | 'seconds' | 'share' | 'word';
}

type ExpectationResult =
  | { readonly ok: true; readonly expectation: ParsedExpectation }
  | { readonly ok: false; readonly what: string; readonly hint: string };

type Unit = ParsedExpectation['unit'];

/** Every metric that an expectation may name, with the unit of its value. */
export const metrics: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ['lost', 'count'],
  ['lost.share', 'share'],
  ...causes.map((cause): [string, Unit] => [`lost.${cause}`, 'count']),
  ['lostAtFlip', 'count'],
  ['lostAtFault', 'count'],
  ['avoidableByLocal', 'count'],
  ...outcomes.map((outcome): [string, Unit] => [`outcome.${outcome}`, 'count']),
  ...cdnCodes.map((code): [string, Unit] => [`cdn.${code}`, 'count']),
  ['probes.new.failed', 'count'],
  ['probes.reused.failed', 'count'],
  ['predictedMatches', 'word'],
  ['sourceAddress', 'word'],
  ...clockNames.map((clock): [string, Unit] => [clock, clockTraits[clock].unit]),
  ...clockNames.map((clock): [string, Unit] => [`flip.${clock}`, clockTraits[clock].unit]),
]);

const words: Readonly<Record<string, readonly (string | boolean)[]>> = {
  sourceAddress: ['kept', 'lost', 'changes'],
  predictedMatches: [true, false],
};

const condition = /^\s*(==|!=|<=|>=|<|>)?\s*(\S(?:.*\S)?)\s*$/;

/** `lost: 0`, `lost.transit: "> 0"`, `failover: "<= 10s"`, `lost.share: "<= 5%"`, `sourceAddress: kept`. */
export function parseExpectation(metric: string, written: string | number | boolean): ExpectationResult {
  const unit = metrics.get(metric);
  if (unit === undefined) {
    const known = nearest(metric, [...metrics.keys()]);
    return {
      ok: false,
      what: `unknown metric '${showName(metric)}'`,
      hint: known === undefined ? 'see docs/scenario.md for the metrics' : `did you mean '${known}'?`,
    };
  }
  const match = condition.exec(String(written));
  const op = (match?.[1] ?? '==') as ParsedExpectation['op'];
  const value = parseWritten(metric, unit, match?.[2] ?? '');
  if (value === undefined || (unit === 'word' && op !== '==' && op !== '!=')) {
    return {
      ok: false,
      what: `${show(written)} is not a condition for ${metric}`,
      hint: `write ${metric}: ${examples(metric, unit)}`,
    };
  }
  return { ok: true, expectation: { text: `${metric} ${op} ${match?.[2]}`, metric, op, value, unit } };
}

/** No trial lasts longer. */
const longestMs = 1000 * 3_600_000;

function parseWritten(metric: string, unit: Unit, text: string): number | string | boolean | undefined {
  switch (unit) {
    case 'count':
      return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'seconds': {
      const ms = parseDuration(text) ?? (text === '0' ? 0 : undefined);
      return ms === undefined || ms > longestMs ? undefined : ms / 1000;
    }
    case 'share': {
      const [, number, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? [];
      const share = Number(number) / (percent === '%' ? 100 : 1);
      return number !== undefined && share <= 1 ? share : undefined;
    }
    case 'word':
      return words[metric]?.find((word) => String(word) === text);
  }
}

function examples(metric: string, unit: Unit): string {
  switch (unit) {
    case 'count':
      return '0, "> 0" or "<= 5"';
    case 'seconds':
      return '"<= 10s" or "> 500ms"';
    case 'share':
      return '"<= 5%" or "< 0.05"';
    case 'word':
      return (words[metric] ?? []).join(' or ');
  }
}
