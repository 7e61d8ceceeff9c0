import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { settingsOf } from '../../../src/plan/settings.ts';
import { kindPlan } from '../../support/kind-plan.ts';

const written = `ingress:
  nodeSelector: { pool: stable }
  terminationGracePeriod: 90s
  preStop: 15s
  startDelay: 4s
  readiness: { initialDelay: 5s, failureThreshold: 3, successThreshold: 2 }
  allowList: [client, 192.0.2.0/24]
  traefik:
    graceTimeOut: 11s
    requestAcceptGraceTimeout: 12s
    readinessPeriod: 3s
    trustedIPs: [10.0.0.0/8, 172.16.0.0/12]
app: { nodeSelector: { pool: stable } }
service: { sessionAffinity: ClientIP, sessionAffinityTimeout: 10m, trafficDistribution: PreferSameNode, internalTrafficPolicy: Local, loadBalancerSourceRanges: [10.0.0.0/8] }
timers: { nodeMonitorGracePeriod: 21s, nodeMonitorPeriod: 4s, leaseRenewInterval: 6s, podEvictionTimeout: 31s, proxyMinSyncPeriod: 7s }
`;

test('the settings that the scenario sets', () => {
  assert.equal(settingsOf(kindPlan(written), '172.18.0.9/32'), {
    'ingress graceTimeOut': '11 s',
    'ingress requestAcceptGraceTimeout': '12 s',
    'ingress readiness':
      '/ping every 3 s, from 5 s after the start, in after 2 successes, out after 3 failures',
    'ingress terminationGracePeriod': '90 s',
    'ingress preStop sleep': '15 s',
    'ingress start delay': '4 s',
    'ingress port of the node': 'none',
    'ingress upstream': 'HTTP/1.1 to endpoints',
    'ingress TLS': 'none',
    'service sessionAffinity': 'ClientIP for 600 s',
    'service trafficDistribution': 'PreferSameNode',
    'service internalTrafficPolicy': 'Local',
    'service loadBalancerSourceRanges': '10.0.0.0/8',
    'ingress forwardedHeaders.trustedIPs': '10.0.0.0/8, 172.16.0.0/12',
    'ingress ipAllowList': '172.18.0.9/32, 192.0.2.0/24',
    'node-monitor-grace-period': '21 s',
    'node-monitor-period': '4 s',
    'node lease renewed every': '6 s',
    'pods of a dead node evicted after': '31 s',
    'kube-proxy minSyncPeriod': '7 s',
  });
});

test('what it leaves out is reported as well', () => {
  const settings = settingsOf(kindPlan());
  assert.is(settings['ingress ipAllowList'], 'none');
  assert.is(settings['ingress forwardedHeaders.trustedIPs'], 'none');
  assert.is(settings['ingress graceTimeOut'], '10 s');
  assert.is(settings['ingress preStop sleep'], 'none');
  assert.is(settings['ingress readiness'], '/ping every 2 s, out after one failure');
  assert.is(settings['node-monitor-grace-period'], '50 s');
});

test.run();
