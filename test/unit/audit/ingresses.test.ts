import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { auditOf, findingOf, idsOf, node, service, slice, spot } from '../../support/audit.ts';

/* Balancers that the controller of an Ingress makes in front of a NodePort Service. */

const annotation = (key: string) => `alb.ingress.kubernetes.io/${key}`;

const ingress = (spec: Record<string, unknown> = {}, annotations: Record<string, string> = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'front', namespace: 'shop', annotations },
  spec: {
    ingressClassName: 'alb',
    rules: [
      { http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { number: 80 } } } }] } },
    ],
    ...spec,
  },
});
const ingressClass = (name: string, controller: string, annotations: Record<string, string> = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name, annotations },
  spec: { controller },
});
const nodes = [
  node('a', {}, { providerID: 'aws:///eu-west-1a/i-1' }),
  node('b', spot, { providerID: 'aws:///eu-west-1a/i-2' }),
];
const nodePort = (metadata: Record<string, unknown> = {}) => service({ type: 'NodePort' }, metadata);
const auditWith = (...objects: readonly unknown[]) => auditOf([...nodes, slice(['a']), ...objects]);
const balancerOf = (report: ReturnType<typeof auditWith>) => report.services[0]?.balancer;

test('an ALB sends to node ports by default: the spot node without a pod carries requests', () => {
  const report = auditWith(nodePort(), ingress());
  assert.is(balancerOf(report)?.id, 'aws-alb');
  assert.is(balancerOf(report)?.confidence, 'inferred');
  assert.is(balancerOf(report)?.preset, 'aws-alb');
  assert.match(balancerOf(report)?.evidence ?? '', 'Ingress shop/front, class alb; no annotation');
  assert.is(findingOf(report, 'MF001').values.exposedShare ?? report.services[0]?.exposedShare, 0.5);
  assert.is(report.services[0]?.flipToLocal.established, 'kept');
});

test('the class is looked up: by controller, as the default, and by the old annotation', () => {
  const named = auditWith(
    nodePort(),
    ingress({ ingressClassName: 'public' }),
    ingressClass('public', 'ingress.k8s.aws/alb'),
  );
  assert.is(balancerOf(named)?.id, 'aws-alb');
  const standard = auditWith(
    nodePort(),
    ingress({ ingressClassName: undefined }),
    ingressClass('public', 'ingress.k8s.aws/alb', { 'ingressclass.kubernetes.io/is-default-class': 'true' }),
  );
  assert.is(balancerOf(standard)?.id, 'aws-alb');
  assert.match(balancerOf(standard)?.evidence ?? '', 'default class public of ingress.k8s.aws/alb');
  const old = auditWith(
    nodePort(),
    ingress({ ingressClassName: undefined }, { 'kubernetes.io/ingress.class': 'alb' }),
  );
  assert.is(balancerOf(old)?.id, 'aws-alb');
});

test('a class of that name that belongs to another controller makes no ALB', () => {
  const report = auditWith(nodePort(), ingress(), ingressClass('alb', 'traefik.io/ingress-controller'));
  assert.is(balancerOf(report)?.id, 'unknown');
});

test('IP targets are pods: nothing passes through other nodes, and a flip is moot', () => {
  for (const report of [
    auditWith(nodePort(), ingress({}, { [annotation('target-type')]: 'ip' })),
    auditWith(nodePort({ annotations: { [annotation('target-type')]: 'ip' } }), ingress()),
    auditWith(nodePort(), ingress(), {
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      metadata: { name: 'k8s-shop-web', namespace: 'shop' },
      spec: { targetType: 'ip', serviceRef: { name: 'web' } },
    }),
  ]) {
    assert.is(balancerOf(report)?.id, 'aws-alb-pods');
    assert.is(balancerOf(report)?.confidence, 'seen');
    assert.not(idsOf(report).includes('MF001'));
    assert.is(report.services[0]?.exposedShare, 0);
  }
});

test("a Service's own annotation goes before that of its Ingress", () => {
  const report = auditWith(
    nodePort({ annotations: { [annotation('target-type')]: 'instance' } }),
    ingress({}, { [annotation('target-type')]: 'ip' }),
  );
  assert.is(balancerOf(report)?.id, 'aws-alb');
  assert.is(balancerOf(report)?.confidence, 'seen');
});

test('the checks are those that the Ingress sets', () => {
  const standard = auditWith(nodePort(), ingress());
  assert.is(standard.services[0]?.flipToLocal.detectionSeconds, 35); // 2 * 15 s, and a time-out of 5 s
  const set = auditWith(
    nodePort({ annotations: { [annotation('unhealthy-threshold-count')]: '3' } }),
    ingress({}, { [annotation('healthcheck-interval-seconds')]: '10' }),
  );
  assert.is(set.services[0]?.flipToLocal.detectionSeconds, 35); // 3 * 10 s, and 5 s
  const both = auditWith(
    nodePort(),
    ingress(
      {},
      { [annotation('healthcheck-interval-seconds')]: '10', [annotation('unhealthy-threshold-count')]: '5' },
    ),
  );
  assert.is(both.services[0]?.flipToLocal.detectionSeconds, 55);
});

test('EKS Auto Mode without a target type: what it sends to is not known', () => {
  const auto = ingressClass('auto', 'eks.amazonaws.com/alb');
  const report = auditWith(nodePort(), ingress({ ingressClassName: 'auto' }), auto);
  assert.is(balancerOf(report)?.id, 'unknown');
  assert.match(balancerOf(report)?.evidence ?? '', 'eks.amazonaws.com/alb');
});

test('GKE: an Ingress without a class is its own, on instance groups unless the Service has NEGs', () => {
  const gke = [node('a', {}, { providerID: 'gce://p/z/a' }), node('b', spot, { providerID: 'gce://p/z/b' })];
  const bare = { ingressClassName: undefined };
  const groups = auditOf([...gke, slice(['a']), nodePort(), ingress(bare)]);
  assert.is(balancerOf(groups)?.id, 'gke-ingress');
  assert.ok(idsOf(groups).includes('MF001'));
  const neg = nodePort({ annotations: { 'cloud.google.com/neg': '{"ingress": true}' } });
  const pods = auditOf([...gke, slice(['a']), neg, ingress(bare)]);
  assert.is(balancerOf(pods)?.id, 'gke-pods');
  assert.not(idsOf(pods).includes('MF001'));
});

test('a Service of type LoadBalancer keeps the balancer of its own', () => {
  const report = auditWith(service({ loadBalancerClass: 'service.k8s.aws/nlb' }), ingress());
  assert.is(balancerOf(report)?.id, 'aws-nlb-lbc');
});

test('the default backend of an Ingress counts, one of another namespace does not', () => {
  const byDefault = ingress({ rules: [], defaultBackend: { service: { name: 'web' } } });
  assert.is(balancerOf(auditWith(nodePort(), byDefault))?.id, 'aws-alb');
  const elsewhere = { ...ingress(), metadata: { name: 'front', namespace: 'other' } };
  assert.is(balancerOf(auditWith(nodePort(), elsewhere))?.id, 'unknown');
});

test('under Local its checks of the node port find out: no word about a missing healthCheckNodePort', () => {
  const local = service({ type: 'NodePort', externalTrafficPolicy: 'Local' });
  assert.not(idsOf(auditWith(local, ingress())).includes('MF016'));
  assert.ok(idsOf(auditWith(local)).includes('MF016'));
});

test.run();
