import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { spotMarks } from '../../../src/audit/facts/spot.ts';
import { auditReport } from '../../../src/audit/schema.ts';
import { auditFile, auditOf, findingOf, idsOf, node, service, slice } from '../../support/audit.ts';

const test = suite('audit of clouds');

test('GKE: the balancer by its finalizer, the Spot pool, and what a change would cut', () => {
  const report = auditReport.parse(auditFile('gke.yaml', { longestSeconds: 60 }));
  assert.equal(idsOf(report), ['MF001', 'MF005', 'MF012', 'MF017']);
  const [audited] = report.services;
  assert.is(audited?.balancer.id, 'gke-neg');
  assert.is(audited?.balancer.confidence, 'seen');
  assert.is(audited?.exposedShare, 0.5);
  const cut = findingOf(report, 'MF005');
  assert.is(cut.values.cutAfterSeconds, 30);
  assert.is(
    cut.remedy.command,
    'gcloud compute backend-services update k8s2-0abc-ingress-traefik-xyz --connection-draining-timeout=3600',
  );
  assert.equal(findingOf(report, 'MF001').place, { file: 'test/audit/gke.yaml', line: 56, column: 30 });
});

test('EKS: three balancers side by side, Spot by two marks, Fargate left out', () => {
  const report = auditReport.parse(auditFile('eks.yaml', { longestSeconds: 60 }));
  assert.equal(
    report.services.map(({ service: name, balancer }) => [name, balancer.id]),
    [
      ['ingress-nginx/direct', 'aws-ip-targets'],
      ['ingress-nginx/legacy', 'aws-nlb-intree'],
      ['ingress-nginx/nginx', 'aws-nlb-lbc'],
    ],
  );
  assert.is(report.preemptibleNodes, 2);
  assert.equal(idsOf(report, 'ingress-nginx/nginx'), ['MF001', 'MF003', 'MF005', 'MF010', 'MF012']);
  assert.equal(idsOf(report, 'ingress-nginx/legacy'), ['MF003', 'MF007', 'MF011', 'MF012', 'MF013', 'MF015']);
  assert.equal(idsOf(report, 'ingress-nginx/direct'), ['MF008', 'MF012']);
  assert.equal(findingOf(report, 'MF001').nodes?.names, ['ip-10-0-2-12.eu-west-1.compute.internal']);
  assert.is(report.datapath.id, 'kube-proxy-ipvs');
});

test('AKS: a taint as mark, a label that is not supported, a check that does not fit', () => {
  const report = auditReport.parse(auditFile('aks.yaml'));
  assert.equal(idsOf(report, 'edge/gateway'), ['MF001', 'MF003', 'MF009']);
  assert.equal(findingOf(report, 'MF001').nodes?.names, ['aks-spot-10000000-vmss000001']);
  // Its endpoints are known by its pods alone.
  assert.equal(idsOf(report, 'edge/metrics'), ['MF003', 'MF009', 'MF016']);
  assert.is(report.datapath.id, 'kube-proxy-nftables');
});

const balancerOf = (object: unknown, nodes: readonly unknown[] = []) => {
  const [audited] = auditOf([...nodes, object]).services;
  return [audited?.balancer.id, audited?.balancer.confidence];
};

const cells: readonly (readonly [string, unknown, readonly unknown[], string, string])[] = [
  [
    'a class before an annotation',
    service({ loadBalancerClass: 'eks.amazonaws.com/nlb' }, { annotations: { 'metallb.io/x': 'y' } }),
    [],
    'eks-auto-mode',
    'seen',
  ],
  [
    'an unknown class',
    service({ loadBalancerClass: 'example.com/own' }),
    [node('a', {}, { providerID: 'aws:///x' })],
    'unknown',
    'inferred',
  ],
  [
    'MetalLB by annotation',
    service({}, { annotations: { 'metallb.io/ip-allocated-from-pool': 'p' } }),
    [],
    'metallb',
    'seen',
  ],
  [
    'Azure, several balancers',
    service({}, { annotations: { 'service.beta.kubernetes.io/azure-load-balancer-configurations': 'a' } }),
    [],
    'azure-multi-slb',
    'seen',
  ],
  [
    'DigitalOcean by providerID',
    service(),
    [node('a', {}, { providerID: 'digitalocean://1' })],
    'digitalocean',
    'inferred',
  ],
  ['OCI by providerID', service(), [node('a', {}, { providerID: 'ocid1.instance.oc1' })], 'oci', 'inferred'],
  [
    'Octavia by annotation',
    service({}, { annotations: { 'loadbalancer.openstack.org/keep-floatingip': 'true' } }),
    [],
    'octavia',
    'seen',
  ],
  [
    'Hetzner',
    service({}, { annotations: { 'load-balancer.hetzner.cloud/location': 'fsn1' } }),
    [],
    'hetzner',
    'seen',
  ],
  [
    'Alibaba with pods as targets',
    service({}, { annotations: { 'service.beta.kubernetes.io/backend-type': 'eni' } }),
    [],
    'alibaba-pods',
    'seen',
  ],
  [
    'kind without a balancer',
    service(),
    [node('a', {}, { providerID: 'kind://docker/c/a' })],
    'unknown',
    'inferred',
  ],
  [
    'kind with an address',
    { ...service(), status: { loadBalancer: { ingress: [{ ip: '172.18.0.9' }] } } },
    [node('a', {}, { providerID: 'kind://docker/c/a' })],
    'cloud-provider-kind',
    'inferred',
  ],
  [
    'type NodePort',
    service({ type: 'NodePort' }),
    [node('a', {}, { providerID: 'aws:///x' })],
    'unknown',
    'inferred',
  ],
  [
    'GCE without a finalizer of ingress-gce',
    service({}, { finalizers: ['service.kubernetes.io/load-balancer-cleanup'] }),
    [node('a', {}, { providerID: 'gce://p/z/a' })],
    'gke-target-pool',
    'inferred',
  ],
];
for (const [what, object, nodes, id, confidence] of cells) {
  test(`balancer: ${what}`, () => assert.equal(balancerOf(object, nodes), [id, confidence]));
}

for (const { key, values, platform } of spotMarks) {
  for (const value of values ?? ['']) {
    test(`preemptible: ${platform}, ${key}=${value}, as label and as taint`, () => {
      const marked = [
        node('s', { [key]: value }),
        node('t', {}, { taints: [{ key, value, effect: 'NoSchedule' }] }),
      ];
      assert.is(auditOf(marked).preemptibleNodes, 2);
      if (values !== null) assert.is(auditOf([node('s', { [key]: `not-${value}` })]).preemptibleNodes, 0);
    });
  }
}

test('a MetalLB address is taken by the node that announces it', () => {
  const announced = {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'ServiceL2Status',
    metadata: { name: 'l2-1', namespace: 'metallb-system' },
    status: { node: 'b', serviceName: 'web', serviceNamespace: 'shop' },
  };
  const objects = [
    node('a'),
    node('b'),
    service({}, { annotations: { 'metallb.io/x': 'y' } }),
    slice(['a']),
    announced,
  ];
  assert.equal(auditOf(objects).services[0]?.takesConnections?.Cluster.names, ['b']);
});

test.run();
