import { targetsAnnotation } from '../kube/names.ts';
import type { PlannedCheck, PlannedEdge } from '../plan/schema.ts';
import type { FollowedService } from './targets.ts';

/** As `aws-load-balancer-target-group-attributes` and its like can set it. */
const keptMs = 3_600_000;

/** The Service bears all of these. */
const bears = ({ annotations }: FollowedService, wanted: Readonly<Record<string, string>> | null): boolean =>
  wanted !== null && Object.entries(wanted).every(([key, value]) => annotations[key] === value);

/** How nodes are checked for this Service: by its policy, unless its annotations pin the check. */
export function checkFor(preset: PlannedEdge, service: FollowedService): PlannedCheck {
  const policyCheck = preset.checks[service.policy];
  const check: PlannedCheck = sendsToPods(service)
    ? { ...policyCheck, kind: 'tcp', port: 'pod', path: '' }
    : policyCheck;
  const { pinCheck } = preset;
  return pinCheck !== null && bears(service, pinCheck.annotations)
    ? pinnedCheck(check, pinCheck.port)
    : check;
}

/** The pods themselves are its targets, whatever the preset says. */
export const sendsToPods = (service: FollowedService | null): boolean =>
  service?.annotations[targetsAnnotation] === 'pods';

/** The policy's own times, asked of the pinned port. */
function pinnedCheck(check: PlannedCheck, port: 'healthz' | 'nodePort'): PlannedCheck {
  if (port === 'nodePort') return { ...check, kind: 'tcp', port, path: '' };
  return { ...check, kind: 'http', port, path: '/healthz' };
}

/** What becomes of open connections: as in the preset, unless the Service's annotations keep them. */
export function partingOf(
  preset: PlannedEdge,
  service: FollowedService | null,
): Pick<PlannedEdge, 'onEjected' | 'drainTimeoutMs'> {
  if (service === null || !bears(service, preset.keepEstablished)) return preset;
  return { onEjected: 'persist', drainTimeoutMs: keptMs };
}
