import { presetAnnotation } from '../../kube/names.ts';
import type { Service } from '../snapshot.ts';
import { type BalancerId, balancerIds, balancers } from './balancers.ts';
import { byIngress, type MakingIngress } from './ingresses.ts';

/** What was concluded, from which text of which object, and whether that text decides it. */
export interface Identified {
  readonly id: BalancerId;
  readonly evidence: string;
  readonly confidence: 'seen' | 'inferred';
  /** The annotations that set it up: the Service's, and those of the Ingress that made it. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Surroundings {
  /** Prefixes of the nodes' spec.providerID, `gce://`. */
  readonly providerIds: ReadonlySet<string>;
  /** spec.targetType of the Service's TargetGroupBindings. */
  readonly targetType: string | null;
  /** Is there a DaemonSet `svclb-…`, as k3s makes for a Service? */
  readonly hasServiceLb: boolean;
  /** The Ingress that has the Service as a backend, if a controller makes a balancer for it; null: there is none. */
  readonly ingress: MakingIngress | null;
}

type Rule = (service: Service, around: Surroundings) => Identified | null;

const seen = (id: BalancerId, evidence: string): Identified => ({ id, evidence, confidence: 'seen' });
const inferred = (id: BalancerId, evidence: string): Identified => ({ id, evidence, confidence: 'inferred' });

const aws = 'service.beta.kubernetes.io/aws-load-balancer-';
const alibaba = 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-';

/** Identified by the finalizer that a controller puts on a Service that it serves (ingress-gce pkg/utils/common/finalizer.go). */
const finalizers: Readonly<Record<string, BalancerId>> = {
  'gke.networking.io/l4-netlb-v3': 'gke-neg',
  'gke.networking.io/l4-netlb-v2': 'gke-instance-groups',
  'gke.networking.io/l4-netlb-v1': 'gke-target-pool',
  'gke.networking.io/l4-ilb-v2': 'gke-internal-subset',
  'gke.networking.io/l4-ilb-v1': 'gke-internal',
  'networking.gke.io/neg-finalizer': 'gke-pods',
};

const classes: Readonly<Record<string, BalancerId>> = {
  'networking.gke.io/l4-regional-external': 'gke-neg',
  'networking.gke.io/l4-regional-external-legacy': 'gke-target-pool',
  'networking.gke.io/l4-regional-internal': 'gke-internal-subset',
  'networking.gke.io/l4-regional-internal-legacy': 'gke-internal',
  'service.k8s.aws/nlb': 'aws-nlb-lbc',
  'eks.amazonaws.com/nlb': 'eks-auto-mode',
  'io.cilium/l2-announcer': 'cilium',
  'io.cilium/bgp-control-plane': 'cilium',
  'io.cilium/node': 'cilium',
  'metallb.io/metallb': 'metallb',
};

/** Identified by the beginning of an annotation's key. */
const annotationPrefixes: readonly (readonly [prefix: string, id: BalancerId])[] = [
  ['metallb.io/', 'metallb'],
  ['metallb.universe.tf/', 'metallb'],
  ['lbipam.cilium.io/', 'cilium'],
  ['load-balancer.hetzner.cloud/', 'hetzner'],
  ['loadbalancer.openstack.org/', 'octavia'],
  ['loadbalancer.ovhcloud.com/', 'octavia'],
  ['oci.oraclecloud.com/', 'oci'],
  ['oci-network-load-balancer.oraclecloud.com/', 'oci'],
  ['service.beta.kubernetes.io/oci-load-balancer-', 'oci'],
  ['service.beta.kubernetes.io/do-loadbalancer-', 'digitalocean'],
  [alibaba, 'alibaba'],
];

const providerPrefixes: readonly (readonly [prefix: string, id: BalancerId])[] = [
  // GKE 1.36 makes backend services with NEGs, an older one target pools; which of them, no field shows.
  ['gce://', 'gke-target-pool'],
  ['aws://', 'aws-clb'],
  ['azure://', 'azure-standard'],
  ['digitalocean://', 'digitalocean'],
  ['hcloud://', 'hetzner'],
  ['openstack://', 'octavia'],
  ['ocid1.', 'oci'],
  ['kind://', 'cloud-provider-kind'],
];

const toPods: Rule = ({ metadata: { annotations } }, { targetType }) => {
  if (targetType === 'ip') return seen('aws-ip-targets', 'TargetGroupBinding spec.targetType: ip');
  if (annotations[`${aws}nlb-target-type`] === 'ip')
    return seen('aws-ip-targets', `annotation ${aws}nlb-target-type: ip`);
  if (annotations[`${aws}type`] === 'nlb-ip') return seen('aws-ip-targets', `annotation ${aws}type: nlb-ip`);
  if (annotations['service.beta.kubernetes.io/backend-type'] === 'eni')
    return seen('alibaba-pods', 'annotation service.beta.kubernetes.io/backend-type: eni');
  return null;
};

const byFinalizer: Rule = ({ metadata }, around) => {
  for (const finalizer of metadata.finalizers) {
    const id = Object.hasOwn(finalizers, finalizer) ? finalizers[finalizer] : undefined;
    if (id !== undefined) return seen(id, `finalizer ${finalizer}`);
  }
  if (metadata.finalizers.includes('service.k8s.aws/resources'))
    return seen('aws-nlb-lbc', 'finalizer service.k8s.aws/resources');
  const onlyCleanup = metadata.finalizers.includes('service.kubernetes.io/load-balancer-cleanup');
  // Without a finalizer of ingress-gce it is the old controller that serves the Service.
  if (onlyCleanup && around.providerIds.has('gce://'))
    return inferred(
      'gke-target-pool',
      'finalizer service.kubernetes.io/load-balancer-cleanup alone, on GCE nodes',
    );
  return null;
};

const byClass: Rule = ({ spec: { loadBalancerClass } }) => {
  if (loadBalancerClass === undefined) return null;
  const id = Object.hasOwn(classes, loadBalancerClass) ? classes[loadBalancerClass] : undefined;
  return id === undefined
    ? inferred('unknown', `spec.loadBalancerClass: ${loadBalancerClass}`)
    : seen(id, `spec.loadBalancerClass: ${loadBalancerClass}`);
};

const byAnnotation: Rule = ({ metadata: { annotations } }) => {
  const type = annotations[`${aws}type`];
  if (type === 'external') return seen('aws-nlb-lbc', `annotation ${aws}type: external`);
  if (type === 'nlb') return seen('aws-nlb-intree', `annotation ${aws}type: nlb`);
  if (annotations['cloud.google.com/l4-rbs'] === 'enabled')
    return inferred('gke-neg', 'annotation cloud.google.com/l4-rbs: enabled');
  for (const key of ['networking.gke.io/load-balancer-type', 'cloud.google.com/load-balancer-type']) {
    if (annotations[key] === 'Internal') return inferred('gke-internal', `annotation ${key}: Internal`);
  }
  const configurations = 'service.beta.kubernetes.io/azure-load-balancer-configurations';
  if (annotations[configurations] !== undefined)
    return seen('azure-multi-slb', `annotation ${configurations}`);
  for (const key of Object.keys(annotations)) {
    const found = annotationPrefixes.find(([prefix]) => key.startsWith(prefix));
    if (found !== undefined) return seen(found[1], `annotation ${key}`);
    if (key.startsWith('service.beta.kubernetes.io/azure-'))
      return seen('azure-standard', `annotation ${key}`);
  }
  return null;
};

const byServiceLb: Rule = (_service, { hasServiceLb }) =>
  hasServiceLb ? seen('k3s', 'a DaemonSet svclb-… for it') : null;

/** Last: what the nodes' platform does without an annotation. A NodePort Service has no balancer of Kubernetes' own. */
const byProvider: Rule = ({ spec, status }, { providerIds }) => {
  if (spec.type !== 'LoadBalancer') return null;
  for (const [prefix, id] of providerPrefixes) {
    if (!providerIds.has(prefix)) continue;
    // kind brings no balancer: an address shows that somebody runs one.
    if (prefix === 'kind://' && status.loadBalancer.ingress.length === 0) return null;
    return inferred(id, `nodes' spec.providerID: ${prefix}…, and nothing that says otherwise`);
  }
  return null;
};

/** A playground of ours names the balancer that it models. */
const byPlayground: Rule = ({ metadata: { annotations } }) => {
  const preset = annotations[presetAnnotation];
  const id = preset === undefined ? undefined : balancerIds.find((one) => balancers[one].preset === preset);
  return id === undefined ? null : seen(id, `annotation ${presetAnnotation}: ${preset}`);
};

/** A Service of type LoadBalancer has a balancer of its own, whatever Ingress names it as well. */
const byItsIngress: Rule = (service, { ingress, targetType }) =>
  ingress === null || service.spec.type === 'LoadBalancer' ? null : byIngress(service, ingress, targetType);

const rules: readonly Rule[] = [
  byPlayground,
  byItsIngress,
  toPods,
  byFinalizer,
  byServiceLb,
  byClass,
  byAnnotation,
  byProvider,
];

/** Which balancer serves a Service, by the first rule that knows. */
export function identify(service: Service, around: Surroundings): Identified {
  for (const rule of rules) {
    const found = rule(service, around);
    if (found !== null) return found;
  }
  const evidence =
    service.spec.type === 'NodePort'
      ? 'spec.type: NodePort: what is in front of it is outside the cluster'
      : 'no finalizer, class, annotation or providerID that is known';
  return inferred('unknown', evidence);
}

/** `gce://`, `aws://`; OCI's ids have no scheme. */
export function providerPrefixOf(providerId: string): string {
  if (providerId.startsWith('ocid1.')) return 'ocid1.';
  const end = providerId.indexOf('://');
  return end === -1 ? '' : providerId.slice(0, end + 3);
}
