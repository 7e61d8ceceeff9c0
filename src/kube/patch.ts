import { type ApiAccess, callApi } from './request.ts';

export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

/** A merge patch (RFC 7386) of one object; a field given as null goes. Resolves with the object as it is then. Throws ApiError. */
export function patchObject(kubeConfig: ApiAccess, path: string, content: unknown): Promise<unknown> {
  return callApi({
    kubeConfig,
    path,
    method: 'PATCH',
    body: { contentType: 'application/merge-patch+json', content },
  });
}

/** Publishes the address of a Service of type LoadBalancer, as a cloud controller does. */
export async function publishAddress(kubeConfig: ApiAccess, service: ServiceRef, ip: string): Promise<void> {
  await patchObject(kubeConfig, `/api/v1/namespaces/${service.namespace}/services/${service.name}/status`, {
    status: { loadBalancer: { ingress: [{ ip }] } },
  });
}
