import * as z from 'zod';
import { type FaultTraits, faultKinds, faultParameters, faultTraits } from '../../catalogue/faults.ts';
import { noticeNames } from '../../catalogue/notices.ts';
import { parameterSchema } from '../parameter.ts';
import { selector } from './labels.ts';
import { duration, name } from './scalars.ts';

const target = z
  .strictObject({
    node: z.string().describe('The name of one node'),
    pool: name.describe('The name of a pool'),
    labels: selector.describe('Labels of the node'),
    runs: z.enum(['ingress', 'app', 'nothing']).describe('Nodes that run a pod of it; nothing: neither'),
    count: z
      .union([z.int().min(1).max(100), z.literal('all')])
      .describe('How many of the nodes that match; all: each of them; default 1'),
    within: duration('0s', '24h').describe(
      'From the first of several nodes to the last, in even steps; default 0s: all at once',
    ),
  })
  .partial();

/** The parameters of all faults, as keys beside the others; `parametersOf` reads them. */
const parameters: Record<never, never> = Object.fromEntries(
  Object.entries(faultParameters).map(([key, traits]) => [key, parameterSchema(traits)]),
);

const parts = z.strictObject({
  kind: z
    .enum(faultKinds)
    .describe(faultKinds.map((kind) => `${kind}: ${faultTraits[kind].words}`).join('. ')),
  target: target
    .prefault({})
    .describe('All that is said must hold; the seed chooses among the nodes that match'),
  pod: z.enum(['ingress', 'app']).default('ingress').describe('Which pods a fault that takes pods takes'),
  notice: z
    .enum(noticeNames)
    .optional()
    .describe(
      "Whose notice preempt gives: gke 30 s (the kubelet ends pods), eks 120 s (a termination handler excludes, cordons and drains the node), aks 30 s (it is cordoned and drained), none; default: the cloud's",
    ),
  ...parameters,
  trigger: z
    .strictObject({
      streamsInFlight: z
        .int()
        .min(0)
        .optional()
        .describe('In all, each past its first chunk; none: all of them'),
      after: duration('0s', '24h').default('0s').describe('Time to wait after that'),
    })
    .prefault({})
    .describe('When it happens'),
});

export const fault = parts.superRefine((given, context) => {
  const { kind, notice } = given;
  const traits: FaultTraits = faultTraits[kind];
  const refuse = (key: string, why: string) => {
    const params = { what: `has no meaning: ${why}`, hint: 'remove it' };
    context.addIssue({ code: 'custom', path: [key], params });
  };
  if (notice !== undefined && traits.notice === null) refuse('notice', `${kind} comes without a notice`);
  for (const key of Object.keys(given)) {
    if (key in faultParameters && !(key in (traits.parameters ?? {}))) refuse(key, `${kind} has no ${key}`);
  }
});
