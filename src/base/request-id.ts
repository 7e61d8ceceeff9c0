import type { IncomingMessage } from 'node:http';

/** The request's id, for logs. */
export const idHeader = 'x-midflight-id';

/** The id that a request of our own load names, in its header or its query; null: it is somebody else's. */
export function requestIdOf({ headers, url }: Pick<IncomingMessage, 'headers' | 'url'>): string | null {
  const header = headers[idHeader];
  if (typeof header === 'string' && header !== '') return header;
  const query = url?.split('?')[1];
  return query === undefined ? null : new URLSearchParams(query).get('id');
}
