import type { Problem } from '../../scenario/error.ts';
import type { Scenario } from '../../scenario/schema.ts';

/** Settings of how the ingress reaches the app that only one version of HTTP has. */
export function upstreamProblems({ ingress }: Scenario): Problem[] {
  const { protocol, via, readIdleTimeout } = ingress.upstream;
  if (protocol === 'h2c') return [];
  const key = via === 'service' ? 'via' : readIdleTimeout === '0s' ? null : 'readIdleTimeout';
  if (key === null) return [];
  const what = `ingress.upstream.${key} is of HTTP/2 only, and the protocol is ${protocol}`;
  return [{ path: ['ingress', 'upstream', key], what, hint: 'add protocol: h2c' }];
}
