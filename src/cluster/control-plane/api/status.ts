import type { ResourceInfo } from './resources.ts';

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** metav1.Status: how Kubernetes answers everything that is not an object. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
  };
  readonly code: number;
}

/** A refusal of the API. Its Status is what the client gets. Texts as in apimachinery pkg/api/errors/errors.go. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(code: number, reason: string, message: string, details?: Status['details']) {
    super(message);
    this.name = 'StatusError';
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** `nodes`, `deployments.apps`. */
function qualified(info: ResourceInfo): string {
  return info.group === '' ? info.resource : `${info.resource}.${info.group}`;
}

function detailsOf(info: ResourceInfo, name: string) {
  return { name, ...(info.group === '' ? {} : { group: info.group }), kind: info.resource };
}

export function notFound(info: ResourceInfo, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${qualified(info)} ${JSON.stringify(name)} not found`,
    detailsOf(info, name),
  );
}

export function alreadyExists(info: ResourceInfo, name: string): StatusError {
  const message = `${qualified(info)} ${JSON.stringify(name)} already exists`;
  return new StatusError(409, 'AlreadyExists', message, detailsOf(info, name));
}

export function conflict(info: ResourceInfo, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(info)} ${JSON.stringify(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(info, name));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function forbidden(info: ResourceInfo, name: string, why: string): StatusError {
  const message = `${qualified(info)} ${JSON.stringify(name)} is forbidden: ${why}`;
  return new StatusError(403, 'Forbidden', message, detailsOf(info, name));
}

export function unknownPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

/** `more`: what to do instead, appended to Kubernetes' own words. */
export function unsupportedMediaType(accepted: readonly string[], more = ''): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}${more}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

export function tooManyRequests(message: string, causes: readonly StatusCause[]): StatusError {
  return new StatusError(429, 'TooManyRequests', message, { causes });
}

export function expired(asked: number, oldest: number): StatusError {
  return new StatusError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
}

/** 422 with one cause per field. */
export function invalid(info: ResourceInfo, name: string, causes: readonly StatusCause[]): StatusError {
  const kind = info.group === '' ? info.kind : `${info.kind}.${info.group}`;
  const texts = causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message}` : cause.message));
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${kind} ${JSON.stringify(name)} is invalid: ${list}`, {
    name,
    ...(info.group === '' ? {} : { group: info.group }),
    kind: info.kind,
    causes,
  });
}

export function success(info: ResourceInfo, name: string, uid: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...detailsOf(info, name), uid },
    code: 200,
  };
}
