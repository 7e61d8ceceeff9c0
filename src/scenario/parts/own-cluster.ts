import { isIP } from 'node:net';
import * as z from 'zod';
import { labelKey, labelValue } from './labels.ts';

const objectName = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';

const url = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    if (!URL.canParse(text))
      return context.addIssue({ code: 'custom', message: 'a URL such as https://shop.example/slow' });
    const { protocol, username, password } = new URL(text);
    if (protocol !== 'http:' && protocol !== 'https:')
      return context.addIssue({ code: 'custom', message: 'a URL of http or https' });
    if (username === '' && password === '') return;
    // In words of its own, so that it is not repeated.
    const what = 'has a user name or a password, which would be shown in the report';
    context.addIssue({ code: 'custom', params: { what, hint: 'leave them out' } });
  });

/** A label as KEY=VALUE. */
function isLabel(text: string): boolean {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  return labelKey.safeParse(key).success && labelValue.safeParse(value).success;
}

/** The label by which the owner of a node allows faults on it, by default. */
export const defaultOptIn = 'midflight.dev/chaos=allowed';

/** The scenario's block for a cluster that is there already. */
export const ownCluster = {
  service: z
    .string()
    .regex(new RegExp(`^${objectName}/${objectName}$`), { error: 'NAMESPACE/NAME of a Service' })
    .describe('context only: the Service whose policy is the variable, as NAMESPACE/NAME'),
  url: url.describe(
    "context only: what streams ask for, through the Service's balancer; it is shown in the report",
  ),
  address: z
    .string()
    .refine((text) => isIP(text) !== 0, { error: 'an IP address' })
    .describe('context only: where to connect to; default: what the name in the URL resolves to'),
  probePath: z
    .string()
    .regex(/^\/[\x21-\x22\x24-\x7e]{0,1023}$/, { error: 'a path such as /healthz' })
    .describe("context only: what probes ask the URL's host for; default: the URL's own path"),
  optIn: z
    .string()
    .refine(isLabel, { error: 'a label as KEY=VALUE' })
    .describe(`context only: the label without which no fault touches a node; default ${defaultOptIn}`),
  maxNodes: z
    .int()
    .min(1)
    .max(100)
    .describe('context only: how many nodes may be out at once, whoever took them; default 1'),
  maxLost: z
    .int()
    .min(0)
    .describe(
      'context only: the run ends, and all is undone, when more streams than this were lost in all its trials; default: no limit',
    ),
  maxFailed: z
    .int()
    .min(0)
    .describe('context only: the same for the probes of a lane that failed; default: no limit'),
  deleteEmptydirData: z
    .boolean()
    .describe('context only: drain pods with an emptyDir too, whose data go; default false'),
};
