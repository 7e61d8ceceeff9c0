import * as z from 'zod';
import { type ApiAccess, ApiError, callApi } from '../../kube/request.ts';
import { emptyLists, type Gap, type Kind, kinds, type Lists, type Snapshot } from '../snapshot.ts';
import { type ReadResource, readResources } from './resources.ts';

interface LiveSnapshotOptions {
  readonly kubeConfig: ApiAccess;
  readonly context: string;
  /** Only this namespace's Services and what belongs to them; null: all. */
  readonly namespace: string | null;
  readonly signal?: AbortSignal;
}

/** Objects a page. A node with its images is about 15 kB. */
const pageSize = 500;

const page = z.object({
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z
    .array(z.unknown())
    .nullish()
    .transform((items) => items ?? []),
});
const versionInfo = z.object({ major: z.string(), minor: z.string() });

/**
 * What a cluster's API shows to these credentials, by list and, for two ConfigMaps, by get; nothing is written. A list
 * that is refused becomes a gap, a kind that is not installed is empty. Throws ApiError (`api-failed`) if Services cannot
 * be read at all.
 */
export async function readCluster(options: LiveSnapshotOptions): Promise<Snapshot> {
  const lists = emptyLists();
  const gaps: Gap[] = [];
  // One after the other: the next page is parsed only when the last one has become small.
  for (const resource of readResources) {
    const gap = await readInto(lists, resource, options);
    if (gap !== null) gaps.push(gap);
  }
  return {
    source: { kind: 'live', context: options.context },
    serverVersion: await serverVersion(options),
    lists,
    gaps,
    places: new Map(),
  };
}

async function readInto(
  lists: Lists,
  resource: ReadResource,
  options: LiveSnapshotOptions,
): Promise<Gap | null> {
  try {
    if (resource.only === undefined) await readList(lists, resource, options);
    else await readNamed(lists, resource, options);
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404 && !resource.essential) return null; // not installed
    if (resource.resource === 'services' && error.status !== 403) throw error;
    if (error.status === 0 || error.status === 401) throw error;
    const { apiGroup, essential, neededFor } = resource;
    const verb = resource.only === undefined ? 'list' : 'get';
    return { apiGroup, resource: resource.resource, verb, status: error.status, essential, neededFor };
  }
}

async function readList(lists: Lists, resource: ReadResource, options: LiveSnapshotOptions): Promise<void> {
  const path = pathOf(resource, resource.namespaced ? options.namespace : null);
  let token = '';
  let restarts = 0;
  const found: unknown[] = [];
  for (;;) {
    try {
      const query = { limit: String(pageSize), ...(token === '' ? {} : { continue: token }) };
      const answer = page.parse(await request(path, options, query));
      for (const item of answer.items) {
        const object = parsed(resource, item);
        if (object !== null) found.push(object);
      }
      token = answer.metadata.continue ?? '';
      if (token === '') break;
    } catch (error) {
      // The list's revision was compacted meanwhile (410): from the start, as client-go's pager does.
      if (!(error instanceof ApiError) || error.status !== 410 || restarts === 3) throw error;
      restarts += 1;
      token = '';
      found.length = 0;
    }
  }
  add(lists, resource.into, found);
}

async function readNamed(lists: Lists, resource: ReadResource, options: LiveSnapshotOptions): Promise<void> {
  for (const { namespace, name } of resource.only ?? []) {
    try {
      const answer = await request(`${pathOf(resource, namespace)}/${name}`, options, {});
      add(lists, resource.into, [parsed(resource, answer)]);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
  }
}

function request(path: string, { kubeConfig, signal }: LiveSnapshotOptions, query: Record<string, string>) {
  return callApi({
    kubeConfig,
    path,
    query,
    idleTimeoutMs: 30_000,
    ...(signal === undefined ? {} : { signal }),
  });
}

function pathOf({ apiGroup, version, resource }: ReadResource, namespace: string | null): string {
  const group = apiGroup === '' ? `/api/${version}` : `/apis/${apiGroup}/${version}`;
  return namespace === null ? `${group}/${resource}` : `${group}/namespaces/${namespace}/${resource}`;
}

/** One object with only the fields that matter; null: it has another form than its kind. Items of a list carry no kind. */
function parsed({ into, objectKind }: ReadResource, item: unknown): unknown {
  const withKind = typeof item === 'object' && item !== null ? { kind: objectKind, ...item } : item;
  const result = kinds[into].safeParse(withKind);
  return result.success ? result.data : null;
}

/** The lists' types follow from their schemas, which have read these objects. */
export function add(lists: Lists, kind: Kind, objects: readonly unknown[]): void {
  const target: unknown[] = lists[kind];
  for (const object of objects) if (object !== null) target.push(object);
}

async function serverVersion(options: LiveSnapshotOptions): Promise<string | null> {
  try {
    const found = versionInfo.safeParse(await request('/version', options, {}));
    // Managed clusters write '35+'.
    return found.success ? `${found.data.major}.${found.data.minor.replace(/\D.*$/, '')}` : null;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
