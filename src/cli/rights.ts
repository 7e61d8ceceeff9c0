import * as z from 'zod';
import { MidflightError } from '../base/errors.ts';
import { type Access, accessRules, missingAccess } from '../kube/access.ts';
import { httpStatusOf } from '../kube/errors.ts';
import type { OpenedContext } from '../kube/open-context.ts';
import { ApiError } from '../kube/request.ts';

/**
 * Throws `api-failed` with the missing rules. False: this API server does not answer what is allowed, and is taken at its word
 * later.
 */
export async function refuseMissing(
  { kubeConfig, context }: OpenedContext,
  wanted: readonly Access[],
  { doing = 'is needed', roles = 'roles' } = {},
): Promise<boolean> {
  const missing = await missingAccess(kubeConfig, wanted);
  if (missing === null) return false;
  if (missing.length === 0) return true;
  throw new MidflightError(
    'api-failed',
    `these credentials may not do all that ${doing}; nothing was changed`,
    {
      where: `context ${context}`,
      hint: ['missing, as rules:', ...accessRules(missing), `deploy/rbac.yaml has them as ${roles}`].join(
        '\n',
      ),
    },
  );
}

/**
 * Reads from a cluster. If its API server refuses, throws `api-failed` with what is missing of `wanted` as rules, or with the
 * API's own words.
 */
export async function reading<T>(
  opened: OpenedContext,
  wanted: readonly Access[],
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const status = error instanceof ApiError ? error.status : httpStatusOf(error);
    if (status === undefined || status === 0) throw error; // no answer of the API
    if (status === 403) await refuseMissing(opened, wanted);
    const words = reasonIn(error);
    throw new MidflightError(
      'api-failed',
      `the API server answers ${status}${words === null ? '' : `: ${words}`}`,
      {
        where: `context ${opened.context}`,
        cause: error,
        ...(status === 401 ? { hint: 'the credentials of this context are refused: log in again' } : {}),
      },
    );
  }
}

const refusal = z.looseObject({ body: z.string() });
const statusObject = z.looseObject({ message: z.string() });

/** The message of the Status object that came with it (apimachinery pkg/apis/meta/v1 types.go). */
function reasonIn(error: unknown): string | null {
  const { data } = refusal.safeParse(error);
  if (data === undefined) return null;
  try {
    return statusObject.safeParse(JSON.parse(data.body)).data?.message ?? null;
  } catch {
    return null; // a proxy's own page
  }
}
