import * as z from 'zod';
import { nodeCommandWords } from '../../base/command-template.ts';
import { MidflightError } from '../../base/errors.ts';
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
    zone: name.describe('The zone of the nodes; with count: all it goes as a whole'),
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
    .describe('All keys that are given must hold; the seed chooses among the nodes that match'),
  pod: z.enum(['ingress', 'app']).default('ingress').describe('Which pods a fault that takes pods takes'),
  notice: z
    .enum(noticeNames)
    .optional()
    .describe(
      "Whose notice preempt gives: gke 30 s (the kubelet ends pods), eks 120 s (a termination handler excludes, cordons and drains the node), aks 30 s (it is cordoned and drained), none; default: the cloud's",
    ),
  ...parameters,
  command: z
    .string()
    .min(1)
    .max(4000)
    .optional()
    .describe(
      'Of command: what takes a node, run without a shell, once for each; {name}, {zone} and {providerID} are its own. It is shown in the report',
    ),
  recover: z
    .string()
    .min(1)
    .max(4000)
    .optional()
    .describe('Of command: what gives the node back, in the same way; run whatever ends the run'),
  trigger: z
    .strictObject({
      streamsInFlight: z
        .int()
        .min(0)
        .optional()
        .describe('In all, each past its first chunk; none: all of them'),
      after: duration('0s', '24h').default('0s').describe('Time to wait after that'),
      duringStep: z
        .int()
        .min(1)
        .max(9)
        .optional()
        .describe(
          'Of a switchover in steps: once this step is made, while its evidence is waited for; default: after the switchover',
        ),
    })
    .prefault({})
    .describe('When it happens'),
});

const missing = {
  command: {
    what: 'is missing',
    hint: "add what takes a node: 'gcloud compute instances stop {name} --zone {zone}'",
  },
  recover: { what: 'is missing', hint: 'add what gives the node back: without it nothing is taken' },
};

/** Why a command cannot be run for a node; null: it can. */
function unusable(text: string): { what: string; hint: string } | null {
  try {
    nodeCommandWords(text);
    return null;
  } catch (error) {
    if (!(error instanceof MidflightError)) throw error;
    return { what: `is not a command: ${error.message}`, hint: error.hint ?? '' };
  }
}

export const fault = parts.superRefine((given, context) => {
  const { kind, notice } = given;
  const traits: FaultTraits = faultTraits[kind];
  const refuse = (key: string, why: string) => {
    const params = { what: `has no meaning: ${why}`, hint: 'remove it' };
    context.addIssue({ code: 'custom', path: [key], params });
  };
  if (notice !== undefined && (traits.notice === null || traits.noticeLength !== undefined))
    refuse('notice', `${kind} comes without a notice of the cloud's`);
  for (const key of Object.keys(given)) {
    if (key in faultParameters && !(key in (traits.parameters ?? {}))) refuse(key, `${kind} has no ${key}`);
  }
  for (const key of ['command', 'recover'] as const) {
    const text = given[key];
    if (traits.byCommands !== true) {
      if (text !== undefined) refuse(key, `${kind} has no ${key}`);
      continue;
    }
    const params = text === undefined ? missing[key] : unusable(text);
    if (params !== null) context.addIssue({ code: 'custom', path: [key], params });
  }
});
