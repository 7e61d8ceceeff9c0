import { isObject, type JsonObject, sameJson } from '../api/json.ts';
import { badRequest } from '../api/status.ts';

/**
 * Lists that merge, and by which key: patchMergeKey of k8s.io/api (core/v1, apps/v1, meta/v1 types.go). All other
 * lists are atomic, tolerations and endpoints among them. Of two keys the first that the patch's elements carry holds.
 */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  podIPs: ['ip'],
  hostIPs: ['ip'],
  conditions: ['type'],
  addresses: ['type'],
  taints: ['key'],
  ownerReferences: ['uid'],
  ports: ['containerPort', 'port', 'name'],
  topologySpreadConstraints: ['topologyKey'],
};

/** Lists of plain values that merge as sets. */
const mergedSets: readonly string[] = ['finalizers', 'podCIDRs'];

/** Kubernetes' strategic merge patch, with $patch, $retainKeys, $deleteFromPrimitiveList; throws 400 for a wrong one. */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) throw badRequest('a strategic merge patch is a JSON object');
  return mergeObject(isObject(target) ? target : {}, patch);
}

function mergeObject(target: JsonObject, patch: JsonObject): JsonObject {
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  const result: JsonObject = { ...target };
  const retained = patch.$retainKeys;
  if (Array.isArray(retained)) {
    for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    const [directive, field] = key.split('/', 2);
    if (directive === '$deleteFromPrimitiveList' && field !== undefined) {
      result[field] = without(result[field], value);
    } else if (key.startsWith('$')) continue;
    else if (value === null) delete result[key];
    else result[key] = mergeField(key, result[key], value);
  }
  return result;
}

function mergeField(field: string, target: unknown, patch: unknown): unknown {
  if (isObject(patch)) return mergeObject(isObject(target) ? target : {}, patch);
  if (!Array.isArray(patch)) return patch;
  const old = Array.isArray(target) ? target : [];
  if (mergedSets.includes(field)) return [...old, ...patch.filter((item) => !old.includes(item))];
  const key = mergeKeys[field]?.find((name) => patch.some((item) => isObject(item) && name in item));
  return key === undefined ? replaced(patch) : mergeList(old, patch, key);
}

function mergeList(target: readonly unknown[], patch: readonly unknown[], key: string): unknown[] {
  if (patch.some((item) => isObject(item) && item.$patch === 'replace')) return replaced(patch);
  let result = [...target];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`an element of a list merged by ${key} is an object`);
    const same = (other: unknown) => isObject(other) && sameJson(other[key], item[key]);
    if (item[key] === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    if (item.$patch === 'delete') {
      result = result.filter((other) => !same(other));
      continue;
    }
    const index = result.findIndex(same);
    const old = result[index];
    if (index === -1) result.push(mergeObject({}, item));
    else result[index] = mergeObject(isObject(old) ? old : {}, item);
  }
  return result;
}

function replaced(patch: readonly unknown[]): unknown[] {
  return patch
    .filter((item) => !(isObject(item) && (item.$patch === 'replace' || item.$patch === 'delete')))
    .map((item) => (isObject(item) ? withoutDirectives(item) : item));
}

function without(list: unknown, removed: unknown): unknown[] {
  if (!Array.isArray(list)) return [];
  return Array.isArray(removed) ? list.filter((item) => !removed.includes(item)) : [...list];
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(patch).filter(([key, value]) => !key.startsWith('$') && value !== null),
  );
}
