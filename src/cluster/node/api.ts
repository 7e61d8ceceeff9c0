import type * as z from 'zod';
import { type ApiAccess, ApiError, type ApiRequest, callApi } from '../../kube/request.ts';

/** Access to an API server that asks for no credentials, without client-node: a node must start fast and stay small. */
export function plainAccess(server: string): ApiAccess {
  return {
    getCurrentCluster: () => ({ name: 'embedded', server, skipTLSVerify: true }),
    applyToHTTPSOptions: async () => {},
  };
}

/** A node's calls to the API. Each throws ApiError. */
export interface NodeApi {
  readonly access: ApiAccess;
  create(path: string, content: unknown): Promise<unknown>;
  /** Strategic merge: conditions and the like are merged by their keys. */
  patch(path: string, content: unknown): Promise<unknown>;
  /** Like patch, for an object that may be gone: then it does nothing. */
  patchIfThere(path: string, content: unknown): Promise<void>;
  remove(path: string, graceSeconds: number): Promise<void>;
}

export function nodeApi(server: string): NodeApi {
  const access = plainAccess(server);
  const call = (method: ApiRequest['method'], path: string, contentType: string, content: unknown) =>
    callApi({ kubeConfig: access, path, method, body: { contentType, content } } as ApiRequest);
  const patch = (path: string, content: unknown) =>
    call('PATCH', path, 'application/strategic-merge-patch+json', content);
  return {
    access,
    create: (path, content) => call('POST', path, 'application/json', content),
    patch,
    patchIfThere: (path, content) => ifThere(patch(path, content)),
    remove: (path, graceSeconds) =>
      ifThere(
        callApi({
          kubeConfig: access,
          path,
          method: 'DELETE',
          query: { gracePeriodSeconds: String(graceSeconds) },
        }),
      ),
  };
}

async function ifThere(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}

/** True if the object is there already. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

/** An object of the API as far as `schema` wants it; undefined if it is not of that shape. */
export function readAs<T>(schema: z.ZodType<T>, object: unknown): T | undefined {
  const parsed = schema.safeParse(object);
  return parsed.success ? parsed.data : undefined;
}
