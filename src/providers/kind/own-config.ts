import { parseDocument } from 'yaml';
import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';

/*
 * A kind configuration of the user's own, which midflight adds to. It may contain everything that kind knows; what
 * midflight decides itself is refused rather than overwritten. Fields: https://kind.sigs.k8s.io/docs/user/configuration/
 */

const node = z.looseObject({ role: z.enum(['control-plane', 'worker']).default('control-plane') });
const ownConfig = z.looseObject({
  kind: z.literal('Cluster'),
  apiVersion: z.literal('kind.x-k8s.io/v1alpha4'),
  name: z.string().optional(),
  nodes: z.array(node).default([]),
  networking: z.looseObject({}).default({}),
  kubeadmConfigPatches: z.array(z.string()).default([]),
});
type OwnConfig = z.infer<typeof ownConfig>;

/** Why the rest of a file is refused, each with what to do; empty: it is fine. */
const refusals: readonly ((config: OwnConfig) => string | null)[] = [
  ({ name }) => (name === undefined ? null : 'name: midflight names its clusters itself; leave it out'),
  ({ nodes }) =>
    nodes.filter(({ role }) => role === 'control-plane').length > 1
      ? 'nodes: one control plane at most; a second one would put a load balancer of kind beside ours'
      : null,
  ({ nodes }) =>
    nodes.filter(({ role }) => role === 'worker').length > 1
      ? "nodes: one worker at most, the pattern of every node; how many there are is the scenario's to say"
      : null,
  ({ nodes }) =>
    nodes.some((one) => one.role === 'worker' && 'labels' in one)
      ? "nodes: labels of workers are the scenario's; write them under its nodes"
      : null,
  ({ networking }) =>
    'kubeProxyMode' in networking
      ? "networking.kubeProxyMode: write it into the scenario, under providers.kind, as 'kubeProxyMode'"
      : null,
  ({ networking }) =>
    (networking.ipFamily ?? 'ipv4') === 'ipv4'
      ? null
      : 'networking.ipFamily: the balancer of midflight speaks IPv4 with the nodes; leave it out',
  ({ networking }) =>
    networking.disableDefaultCNI === true
      ? 'networking.disableDefaultCNI: nodes without a network are never Ready, and midflight installs none; leave it out'
      : null,
];

/** Checks the text of a kind configuration. Throws `bad-usage` with everything that is wrong with it, `where` in front. */
export function checkOwnConfig(text: string, where: string): OwnConfig {
  const refuse = (problems: readonly string[]): never => {
    throw new MidflightError(
      'bad-usage',
      `not a kind configuration that midflight can add to:\n  ${problems.join('\n  ')}`,
      {
        where,
        hint: 'docs/kind.md says what a file may hold',
      },
    );
  };
  const document = parseDocument(text);
  const [first] = document.errors;
  if (first !== undefined) return refuse([first.message.split('\n')[0] ?? '']);
  const parsed = ownConfig.safeParse(document.toJS());
  if (!parsed.success)
    return refuse(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    );
  const problems = refusals.flatMap((check) => check(parsed.data) ?? []);
  return problems.length > 0 ? refuse(problems) : parsed.data;
}
