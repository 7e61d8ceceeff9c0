import { policyNames } from '../../catalogue/policies.ts';
import type { Problem } from '../error.ts';
import { parseExpectation } from '../expectation.ts';
import { nearest } from '../nearest.ts';
import { showName } from '../show.ts';
import { boundsOf, emptyTogether, type Limits } from './bounds.ts';
import { policyLists, type Sound } from './sound.ts';

/** Every condition can be read, concerns a policy that is run, and can turn out either way. */
export function checkExpectations(sound: Sound): Problem[] {
  const { expect = {} } = sound;
  return [
    ...Object.entries(expect).flatMap(([policy, block]) => [
      ...checkPolicy(sound, policy),
      ...(Object.keys(block).length > 0
        ? []
        : [
            {
              path: ['expect', policy],
              what: 'nothing is expected here',
              hint: 'add a metric, as in lost: 0',
            },
          ]),
      ...checkConditions(policy, block),
    ]),
    ...checkContradictions(expect),
  ];
}

function checkPolicy(sound: Sound, policy: string): Problem[] {
  const { policies, providers } = sound;
  // A list that is faulty may have held it.
  const ran = new Set<string>(
    policies === undefined || providers === undefined
      ? policyNames
      : policyLists(sound).flatMap(([, list]) => list),
  );
  if (policy === 'all' || ran.has(policy)) return [];
  const known: readonly string[] = ['all', ...policyNames];
  const near = nearest(policy, known);
  const path = ['expect', policy];
  if (known.includes(policy)) {
    const hint = `the policies are: ${[...ran].join(', ')}`;
    return [{ path, what: `${policy} is expected of, but not among the policies`, hint }];
  }
  const hint = near === undefined ? `allowed: ${known.join(', ')}` : `did you mean '${near}'?`;
  return [{ path, what: `there is no policy '${showName(policy)}'`, hint }];
}

type Block = NonNullable<Sound['expect']>[string];

function checkConditions(policy: string, block: Block): Problem[] {
  return Object.entries(block).flatMap(([metric, condition]): Problem[] => {
    const path = ['expect', policy, metric];
    const parsed = parseExpectation(metric, condition);
    if (!parsed.ok) return [{ path, what: parsed.what, hint: parsed.hint }];
    const { op, value, unit, text } = parsed.expectation;
    if (unit === 'word' || typeof value !== 'number') return [];
    const hint = 'write a condition that a run can meet or miss';
    const most = unit === 'share' ? 1 : Number.POSITIVE_INFINITY;
    if ((op === '>=' && value <= 0) || (op === '<=' && value >= most))
      return [{ path, what: `'${text}' is always true`, hint }];
    if ((op === '<' && value <= 0) || (op === '>' && value >= most))
      return [{ path, what: `'${text}' can never be true`, hint }];
    return [];
  });
}

/** What `all` and a policy ask for together, and what of `lost` its parts ask for. */
function checkContradictions(expect: NonNullable<Sound['expect']>): Problem[] {
  const all = expect.all ?? {};
  return Object.entries(expect).flatMap(([policy, own]): Problem[] => {
    const everywhere = policy === 'all' ? {} : all;
    const limits = limitsOf(everywhere, own);
    return Object.keys(own).flatMap((metric): Problem[] => {
      const path = ['expect', policy, metric];
      if (emptyTogether(limits.get(metric) ?? [])) {
        const what = `'${metric}' contradicts what is expected of all policies`;
        return [{ path, what, hint: 'remove one of the two conditions' }];
      }
      const whole = boundsOf(limits.get('lost') ?? []).most;
      const part = boundsOf(limits.get(metric) ?? []).least;
      if (!isPartOfLost(metric) || part <= (metric === 'lost.share' && whole > 0 ? part : whole)) return [];
      const what = `'${metric}' contradicts the condition on 'lost': no more than ${whole} may be lost`;
      return [{ path, what, hint: 'change one of the two' }];
    });
  });
}

function limitsOf(...blocks: readonly Block[]): Map<string, Limits> {
  const limits = new Map<string, Limits>();
  for (const [metric, condition] of blocks.flatMap((block) => Object.entries(block))) {
    const parsed = parseExpectation(metric, condition);
    if (parsed.ok) limits.set(metric, [...(limits.get(metric) ?? []), parsed.expectation]);
  }
  return limits;
}

const notLost = ['outcome.completed', 'outcome.cancelled'];

const isPartOfLost = (metric: string) =>
  /^(lost\.|lostAt|avoidableByLocal$|outcome\.)/.test(metric) && !notLost.includes(metric);
