import { keyOf, type Lists, type Service } from '../snapshot.ts';
import type { BalancerId } from './balancers.ts';
import type { Identified } from './identify.ts';

/** An Ingress for which a controller makes a balancer in front of the node ports of its backends, or of their pods. */
export interface MakingIngress {
  /** `namespace/name`. */
  readonly key: string;
  readonly by: Maker;
  /** The text by which its controller is known. */
  readonly evidence: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** `alb`: the AWS Load Balancer Controller. `eks-auto`: EKS Auto Mode. `gce`: ingress-gce. */
type Maker = 'alb' | 'eks-auto' | 'gce';

type Ingress = Lists['ingresses'][number];

/** spec.controller of an IngressClass. */
const controllers: Readonly<Record<string, Maker>> = {
  'ingress.k8s.aws/alb': 'alb',
  'eks.amazonaws.com/alb': 'eks-auto',
};
/** Names of classes that have no IngressClass to look up: GKE knows none, manifests may lack the one they use. */
const names: Readonly<Record<string, Maker>> = { alb: 'alb', gce: 'gce', 'gce-internal': 'gce' };

const classAnnotation = 'kubernetes.io/ingress.class';
const isDefaultClass = 'ingressclass.kubernetes.io/is-default-class';
const targetTypeKey = 'alb.ingress.kubernetes.io/target-type';
const negKey = 'cloud.google.com/neg';

/** The Ingress that makes a balancer for a Service, by the Service's `namespace/name`; the first by name, if there are several. */
export function makingIngresses(
  { ingresses, ingressClasses }: Lists,
  providerIds: ReadonlySet<string>,
): ReadonlyMap<string, MakingIngress> {
  const standard = ingressClasses.find(({ metadata }) => metadata.annotations[isDefaultClass] === 'true');
  const makerOf = (ingress: Ingress): Pick<MakingIngress, 'by' | 'evidence'> | null => {
    const annotated = ingress.metadata.annotations[classAnnotation];
    const stated = ingress.spec.ingressClassName ?? annotated;
    const name = stated ?? standard?.metadata.name;
    // GKE's own controller takes every Ingress without a class (Google Cloud "GKE Ingress for Application Load Balancers").
    if (name === undefined)
      return providerIds.has('gce://') ? { by: 'gce', evidence: 'no class, on GCE nodes' } : null;
    const controller = ingressClasses.find(({ metadata }) => metadata.name === name)?.spec.controller;
    const by = controller === undefined ? own(names, name) : own(controllers, controller);
    if (by === undefined) return null;
    const text = controller === undefined ? `class ${name}` : `class ${name} of ${controller}`;
    return { by, evidence: stated === undefined ? `default ${text}` : text };
  };

  const found = new Map<string, MakingIngress>();
  for (const ingress of [...ingresses].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const maker = makerOf(ingress);
    if (maker === null) continue;
    const { annotations, namespace = 'default' } = ingress.metadata;
    for (const service of backendsOf(ingress)) {
      const key = `${namespace}/${service}`;
      if (!found.has(key)) found.set(key, { key: keyOf(ingress), ...maker, annotations });
    }
  }
  return found;
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

function backendsOf({ spec: { defaultBackend, rules } }: Ingress): string[] {
  const all = [
    defaultBackend,
    ...rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
  ];
  return all.flatMap((backend) => backend?.service?.name ?? []);
}

/** Which balancer an Ingress has made for a Service. `targetType`: of its TargetGroupBinding, which the controller writes. */
export function byIngress(
  service: Service,
  { key, by, evidence, annotations }: MakingIngress,
  targetType: string | null,
): Identified {
  // A Service's annotation goes before its Ingress' (aws-load-balancer-controller docs/guide/ingress/annotations.md).
  const settings = { ...annotations, ...service.metadata.annotations };
  const made = (id: BalancerId, confidence: Identified['confidence'], more: string): Identified => ({
    id,
    evidence: `Ingress ${key}, ${evidence}; ${more}`,
    confidence,
    settings,
  });
  if (by === 'gce') {
    const neg = service.metadata.annotations[negKey];
    return /"ingress"\s*:\s*true/.test(neg ?? '')
      ? made('gke-pods', 'seen', `annotation ${negKey}: ${neg}`)
      : made('gke-ingress', 'inferred', `no annotation ${negKey} for it`);
  }
  const stated = targetType ?? settings[targetTypeKey];
  const text =
    targetType === null
      ? `annotation ${targetTypeKey}: ${stated}`
      : `TargetGroupBinding spec.targetType: ${stated}`;
  if (stated === 'ip') return made('aws-alb-pods', 'seen', text);
  if (stated === 'instance') return made('aws-alb', 'seen', text);
  // The controller's flag --default-target-type may say otherwise; what Auto Mode takes then is not published.
  return by === 'alb'
    ? made('aws-alb', 'inferred', `no annotation ${targetTypeKey}: instance`)
    : made('unknown', 'inferred', `no annotation ${targetTypeKey}`);
}
