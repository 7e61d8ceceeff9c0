import { autoscalerDelay } from './autoscaler-delay.ts';
import type { Check } from './check.ts';
import { proxyProtocolLocal, tcpCheckLocal } from './check-protocol.ts';
import { datapath } from './datapath.ts';
import { excludeUnsupported } from './exclude-unsupported.ts';
import { flipCutsEstablished } from './flip-cuts-established.ts';
import { flipMoot } from './flip-moot.ts';
import { flipReplacesTargetGroup, flipVipOutage } from './flip-replaces.ts';
import { frozenReadiness } from './frozen-readiness.ts';
import { gatewayDefaultFlip } from './gateway-default-flip.ts';
import { graceShorterThanRequest } from './grace-shorter-than-request.ts';
import { localImbalance } from './local-imbalance.ts';
import { minReady } from './min-ready.ts';
import { noNodePorts } from './no-node-ports.ts';
import { noReadyEndpoint } from './no-ready-endpoint.ts';
import { nodeLeaving } from './node-leaving.ts';
import { rolloutGap } from './rollout-gap.ts';
import { sharedAddress } from './shared-address.ts';
import { singleIngressNode } from './single-ingress-node.ts';
import { softLocal } from './soft-local.ts';
import { sourceRanges } from './source-ranges.ts';
import { transitNodes } from './transit-nodes.ts';
import { transitSpot } from './transit-spot.ts';

/** Every check, by id; docs/audit.md lists them (a test compares). */
export const checks: readonly Check[] = [
  transitSpot,
  transitNodes,
  singleIngressNode,
  localImbalance,
  flipCutsEstablished,
  flipVipOutage,
  flipReplacesTargetGroup,
  flipMoot,
  excludeUnsupported,
  nodeLeaving,
  rolloutGap,
  graceShorterThanRequest,
  minReady,
  sourceRanges,
  proxyProtocolLocal,
  tcpCheckLocal,
  datapath,
  noNodePorts,
  sharedAddress,
  gatewayDefaultFlip,
  frozenReadiness,
  autoscalerDelay,
  softLocal,
  noReadyEndpoint,
];
