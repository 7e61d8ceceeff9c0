import { findResource, type ResourceInfo, type Subresource } from '../api/resources.ts';

/** Which object or collection a path names. */
export interface Route {
  readonly info: ResourceInfo;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: Subresource | undefined;
}

/** `/api/v1/namespaces/N/pods/P/status`, `/apis/apps/v1/deployments`, … or undefined if nothing is served. */
export function routeOf(path: string): Route | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  if (parts.some((part) => part === undefined)) return undefined;
  const words = parts.map((part) => part ?? '');
  const group = words[0] === 'apis' ? words[1] : words[0] === 'api' ? '' : undefined;
  if (group === undefined) return undefined;
  const rest = words.slice(words[0] === 'apis' ? 2 : 1);
  const [version = '', ...tail] = rest;
  // `namespaces/N` alone is the Namespace, `namespaces/N/pods` a collection within it.
  const within = tail[0] === 'namespaces' && tail.length > 2 && findResource(group, version, tail[2] ?? '');
  const namespace = within ? tail[1] : undefined;
  const [resource = '', name, sub, ...more] = within ? tail.slice(2) : tail;
  const info = findResource(group, version, resource);
  if (info === undefined || more.length > 0) return undefined;
  if (info.namespaced && name !== undefined && namespace === undefined) return undefined;
  if (!info.namespaced && namespace !== undefined) return undefined;
  const subresource = info.subresources.find((one) => one === sub);
  if (sub !== undefined && subresource === undefined) return undefined;
  return { info, namespace, name, subresource };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
