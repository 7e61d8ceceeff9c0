import * as z from 'zod';
import { parseDuration } from '../base/units.ts';
import type { FaultTraits } from '../catalogue/faults.ts';
import type { ParameterTraits } from '../catalogue/parameters.ts';
import { duration } from './parts/scalars.ts';

const sharePattern = /^(\d+(?:\.\d+)?)%$/;

/** `20%` is 0.2; undefined: it is none. */
function parseShare(text: string): number | undefined {
  const number = sharePattern.exec(text)?.[1];
  return number === undefined ? undefined : Number(number) / 100;
}

function share(least: string, most: string) {
  const [from = 0, to = 1] = [parseShare(least), parseShare(most)];
  return z
    .string()
    .superRefine((text, context) => {
      const value = parseShare(text);
      if (value !== undefined && value >= from && value <= to) return;
      const message =
        value === undefined ? 'a percentage such as 20%' : `a percentage from ${least} to ${most}`;
      context.addIssue({ code: 'custom', message });
    })
    .meta({ pattern: sharePattern.source, examples: ['20%'], 'x-minimum': least, 'x-maximum': most });
}

/** How a scenario gives it. Not given: undefined, so that a fault without it can refuse it. */
export function parameterSchema(parameter: ParameterTraits): z.ZodType<string | number | undefined> {
  const { words, byDefault } = parameter;
  const of = (): z.ZodType<string | number> => {
    switch (parameter.form) {
      case 'share':
        return share(parameter.least, parameter.most);
      case 'duration':
        return duration(parameter.least, parameter.most);
      case 'count':
        return z.int().min(parameter.least).max(parameter.most);
    }
  };
  return of().optional().describe(`${words}; default ${byDefault}`);
}

/** What a scenario's fault gives its parameters, as numbers: see src/catalogue/parameters.ts. */
export function parametersOf(traits: FaultTraits, given: object): Record<string, number> {
  const values = new Map<string, unknown>(Object.entries(given));
  const each = Object.entries(traits.parameters ?? {}).map(([name, parameter]) => [
    name,
    numberOf(parameter, values.get(name) ?? parameter.byDefault),
  ]);
  return Object.fromEntries(each);
}

function numberOf({ form }: ParameterTraits, value: unknown): number {
  if (typeof value === 'string' && form === 'share') return parseShare(value) ?? Number.NaN;
  if (typeof value === 'string' && form === 'duration') return parseDuration(value) ?? Number.NaN;
  return Number(value);
}
