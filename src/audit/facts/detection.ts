import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { presets } from '../../presets/index.ts';
import type { Service } from '../snapshot.ts';
import { type BalancerId, balancers } from './balancers.ts';
import type { Identified } from './identify.ts';

/** How a balancer notices that a node no longer answers. Seconds. */
interface Detection {
  readonly intervalSeconds: number;
  readonly unhealthy: number;
  readonly healthy: number;
  /** How long until a node that stops answering gets no new connections, at worst, without the spread of the change. */
  readonly worstSeconds: number;
  /** `inferred`: the preset's default; an attribute changed in a console cannot be seen. */
  readonly confidence: 'seen' | 'inferred';
  readonly source: string;
}

const beta = 'service.beta.kubernetes.io/';
const awsCheck = `${beta}aws-load-balancer-healthcheck-`;
const alb = 'alb.ingress.kubernetes.io/';

/** Keys that override the preset: [interval in seconds, unhealthy threshold, healthy threshold]. */
const overrides: Partial<Record<BalancerId, readonly [string, string, string]>> = {
  'aws-nlb-lbc': [`${awsCheck}interval`, `${awsCheck}unhealthy-threshold`, `${awsCheck}healthy-threshold`],
  'aws-nlb-intree': [`${awsCheck}interval`, `${awsCheck}unhealthy-threshold`, `${awsCheck}healthy-threshold`],
  'aws-clb': [`${awsCheck}interval`, `${awsCheck}unhealthy-threshold`, `${awsCheck}healthy-threshold`],
  'aws-alb': [
    `${alb}healthcheck-interval-seconds`,
    `${alb}unhealthy-threshold-count`,
    `${alb}healthy-threshold-count`,
  ],
  'azure-standard': [
    `${beta}azure-load-balancer-health-probe-interval`,
    `${beta}azure-load-balancer-health-probe-num-of-probe`,
    '',
  ],
  digitalocean: [
    `${beta}do-loadbalancer-healthcheck-check-interval-seconds`,
    `${beta}do-loadbalancer-healthcheck-unhealthy-threshold`,
    `${beta}do-loadbalancer-healthcheck-healthy-threshold`,
  ],
};

/** Of a ServiceView. */
interface Detected {
  readonly service: Service;
  readonly balancer: Pick<Identified, 'id' | 'settings'>;
}

/** How a Service's balancer detects dead nodes under a policy; null: no preset models it. */
export function detectionOf(
  { service, balancer: { id, settings = service.metadata.annotations } }: Detected,
  policy: TrafficPolicy,
): Detection | null {
  const { preset } = balancers[id];
  if (preset === null) return null;
  const check = presets[preset].checks[policy];
  const keys = overrides[id] ?? ['', '', ''];
  const given = keys.map((key) => positive(settings[key]));
  const [interval, unhealthy, healthy] = given;
  const intervalSeconds = interval ?? check.intervalMs / 1000;
  const threshold = unhealthy ?? check.unhealthyThreshold;
  const isGiven = given.some((value) => value !== null);
  return {
    intervalSeconds,
    unhealthy: threshold,
    healthy: healthy ?? check.healthyThreshold,
    // The node dies right after a check that passed; the last check that fails takes its time-out as well.
    worstSeconds: intervalSeconds * threshold + check.timeoutMs / 1000,
    confidence: isGiven ? 'seen' : 'inferred',
    source: isGiven
      ? `annotations of the Service${settings === service.metadata.annotations ? '' : ' and its Ingress'}`
      : `preset ${preset}`,
  };
}

function positive(text: string | undefined): number | null {
  if (text === undefined || !/^\d+$/.test(text) || Number(text) === 0) return null;
  return Number(text);
}
