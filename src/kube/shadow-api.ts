import {
  createConfiguration,
  type PromiseHttpLibrary,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node';
import * as z from 'zod';
import { type ApiAccess, ApiError, callApi } from './request.ts';

/** One call that would have changed something. */
export interface ApiCall {
  readonly method: string;
  /** `/api/v1/nodes/a` */
  readonly path: string;
  readonly body: unknown;
}

const named = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const listed = z.looseObject({ items: z.array(z.unknown()) });

/**
 * A cluster as it would be: reads go to the API server, writes are noted here and seen by later reads, and nothing is
 * ever written. Only merge patches, creations and deletions of single objects are understood.
 */
export function shadowApi(kubeConfig: ApiAccess) {
  const calls: ApiCall[] = [];
  /** The objects by path; null: deleted. */
  const changed = new Map<string, object | null>();
  const read = async (path: string, query: Record<string, string>): Promise<unknown> => {
    const own = changed.get(path);
    if (own === null) throw new ApiError(404, `GET ${path}: it has been deleted`);
    if (own !== undefined) return own;
    const answer = await callApi({ kubeConfig, path, query });
    const list = listed.safeParse(answer);
    if (!list.success) return answer;
    const items = list.data.items.flatMap((item) => {
      const one = named.safeParse(item);
      const now = one.success ? changed.get(`${path}/${one.data.metadata.name}`) : undefined;
      return now === null ? [] : [now ?? item];
    });
    return { ...list.data, items };
  };
  const write = async (method: string, path: string, body: unknown): Promise<unknown> => {
    calls.push({ method, path, body });
    if (method === 'PATCH') {
      const after = merged(await read(path, {}), body);
      if (typeof after === 'object') changed.set(path, after);
      return after;
    }
    if (method === 'DELETE') {
      changed.set(path, null);
      return { kind: 'Status', status: 'Success' };
    }
    const one = named.parse(body);
    changed.set(method === 'POST' ? `${path}/${one.metadata.name}` : path, one);
    return one;
  };
  const library: PromiseHttpLibrary = {
    async send(request) {
      const { pathname, searchParams } = new URL(request.getUrl());
      const method = String(request.getHttpMethod());
      const text = request.getBody();
      try {
        const answer =
          method === 'GET'
            ? await read(pathname, Object.fromEntries(searchParams))
            : await write(
                method,
                pathname,
                typeof text === 'string' && text !== '' ? JSON.parse(text) : null,
              );
        return answerOf(200, answer);
      } catch (error) {
        if (error instanceof ApiError && error.status > 0)
          return answerOf(error.status, { code: error.status });
        throw error;
      }
    },
  };
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration('http://shadow', {}),
    httpApi: wrapHttpLibrary(library),
  });
  return {
    calls,
    client: <T>(api: new (configuration: ReturnType<typeof createConfiguration>) => T): T =>
      new api(configuration),
  };
}

function answerOf(status: number, content: unknown): ResponseContext {
  const text = JSON.stringify(content);
  return new ResponseContext(
    status,
    { 'content-type': 'application/json' },
    { text: async () => text, binary: async () => Buffer.from(text) },
  );
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
