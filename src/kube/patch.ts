import { type ApiAccess, callApi } from './request.ts';

export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

/** A merge patch (RFC 7386) of one object; a field given as null goes. Resolves with the object as it is then. Throws ApiError. */
export function mergePatch(kubeConfig: ApiAccess, path: string, content: unknown): Promise<unknown> {
  return callApi({
    kubeConfig,
    path,
    method: 'PATCH',
    body: { contentType: 'application/merge-patch+json', content },
  });
}

const servicePath = ({ namespace, name }: ServiceRef) => `/api/v1/namespaces/${namespace}/services/${name}`;

/** Flips a Service; the healthCheckNodePort is allocated or released in the same write (Kubernetes does). */
export async function setTrafficPolicy(
  kubeConfig: ApiAccess,
  service: ServiceRef,
  policy: 'Cluster' | 'Local',
): Promise<void> {
  await mergePatch(kubeConfig, servicePath(service), { spec: { externalTrafficPolicy: policy } });
}

/** Sets a label of a Node, or takes it away (null). */
export async function setNodeLabel(
  kubeConfig: ApiAccess,
  node: string,
  label: string,
  value: string | null,
): Promise<void> {
  await mergePatch(kubeConfig, `/api/v1/nodes/${node}`, { metadata: { labels: { [label]: value } } });
}

/** Cordons a Node, or not. */
export async function setUnschedulable(
  kubeConfig: ApiAccess,
  node: string,
  unschedulable: boolean,
): Promise<void> {
  await mergePatch(kubeConfig, `/api/v1/nodes/${node}`, {
    spec: { unschedulable: unschedulable ? true : null },
  });
}

/** Says where a Service of type LoadBalancer is reached, as a cloud controller does. */
export async function publishAddress(kubeConfig: ApiAccess, service: ServiceRef, ip: string): Promise<void> {
  await mergePatch(kubeConfig, `${servicePath(service)}/status`, {
    status: { loadBalancer: { ingress: [{ ip }] } },
  });
}
