import { type CoordinationV1Api, V1MicroTime } from '@kubernetes/client-node';
import { MidflightError, messageOf } from '../base/errors.ts';
import { httpStatusOf } from './errors.ts';
import { timeOf } from './times.ts';

/** Who holds a cluster, so that two runs do not change it at once. */
export interface HeldLease {
  /** Resolves with why the lease was lost: somebody else took it, or it could not be renewed for its whole duration. */
  readonly lost: Promise<MidflightError>;
  /** Gives it back; the next one need not wait for its end. */
  release(): Promise<void>;
}

interface LeaseOptions {
  readonly api: CoordinationV1Api;
  readonly namespace: string;
  readonly name: string;
  /** The holder, for people: "midflight run preemption on laptop, process 4711". */
  readonly holder: string;
  /** How long it lasts without a renewal: then anybody may take it. Real seconds. */
  readonly durationSeconds?: number;
  readonly now?: () => Date;
}

/** A lease that is there: whose it is, and for how long it may not be taken from them yet (real ms; below 0: it has ended). */
interface LeaseHolder {
  readonly holder: string;
  readonly leftMs: number;
  readonly version: string;
}

type Named = Pick<LeaseOptions, 'api' | 'namespace' | 'name'>;

/** Null: there is no such lease, or nobody is named in it. */
export async function leaseHolder(
  { api, namespace, name }: Named,
  now = new Date(),
): Promise<LeaseHolder | null> {
  try {
    const { metadata, spec } = await api.readNamespacedLease({ namespace, name });
    const ends = timeOf(spec?.renewTime) + (spec?.leaseDurationSeconds ?? 0) * 1000;
    const holder = spec?.holderIdentity ?? '';
    if (holder === '') return null;
    return { holder, leftMs: ends - now.getTime(), version: metadata?.resourceVersion ?? '' };
  } catch (error) {
    if (httpStatusOf(error) === 404) return null;
    throw error;
  }
}

/** Throws `cluster-failed` with the holder if anybody but `except` holds the lease. It takes nothing. */
export async function refuseIfHeld(lease: Named, except: readonly string[] = []): Promise<void> {
  const held = await leaseHolder(lease);
  if (held !== null && held.leftMs > 0 && !except.includes(held.holder))
    throw heldBy(held.holder, held.leftMs);
}

/** Deletes it unless it has changed since `version` was read, or is gone. */
export async function releaseLease({
  api,
  namespace,
  name,
  version,
}: Named & { version: string }): Promise<void> {
  const preconditions = { resourceVersion: version };
  await api.deleteNamespacedLease({ namespace, name, body: { preconditions } }).catch((error: unknown) => {
    // Another's by now, or gone: not ours to give back.
    if (![404, 409].includes(httpStatusOf(error) ?? 0)) throw error;
  });
}

/** The values of client-go's leader election: LeaseDuration 15 s, of which a third passes between two renewals. */
const defaultSeconds = 15;

/**
 * Takes the lease (coordination.k8s.io/v1) and renews it until it is released. Throws `cluster-failed` with its holder if
 * somebody else holds it, or `api-failed` if the API refuses.
 */
export async function holdLease(options: LeaseOptions): Promise<HeldLease> {
  const { api, namespace, name, holder, durationSeconds = defaultSeconds, now = () => new Date() } = options;
  const spec = (since: Date) => ({
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    acquireTime: new V1MicroTime(since.toISOString()),
    renewTime: new V1MicroTime(now().toISOString()),
  });
  const since = now();
  let version = await take(options, spec(since), now);
  let renewedAt = performance.now();
  let lose = (_why: MidflightError) => {};
  const lost = new Promise<MidflightError>((resolve) => {
    lose = resolve;
  });
  let released = false;
  const renew = async () => {
    try {
      const body = { metadata: { name, resourceVersion: version }, spec: spec(since) };
      const { metadata } = await api.replaceNamespacedLease({ namespace, name, body });
      version = metadata?.resourceVersion ?? '';
      renewedAt = performance.now();
    } catch (error) {
      const status = httpStatusOf(error);
      if (released) return;
      if (status === 409 || status === 404) {
        lose(
          new MidflightError('cluster-failed', `the lease ${namespace}/${name} was taken by somebody else`),
        );
      } else if (performance.now() - renewedAt > durationSeconds * 1000) {
        lose(
          new MidflightError(
            'cluster-failed',
            `the lease ${namespace}/${name} could not be renewed for ${durationSeconds} s: ${messageOf(error)}`,
          ),
        );
      }
    }
  };
  let renewal: Promise<void> = Promise.resolve();
  const timer = setInterval(
    () => {
      renewal = renewal.then(renew);
    },
    (durationSeconds * 1000) / 3,
  );
  timer.unref();
  return {
    lost,
    async release() {
      released = true;
      clearInterval(timer);
      await renewal;
      await releaseLease({ api, namespace, name, version });
    },
  };
}

type Spec = Record<string, unknown>;

async function take(
  { api, namespace, name, holder }: LeaseOptions,
  spec: Spec,
  now: () => Date,
): Promise<string> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const { metadata } = await api.createNamespacedLease({ namespace, body: { metadata: { name }, spec } });
      return metadata?.resourceVersion ?? '';
    } catch (error) {
      if (httpStatusOf(error) !== 409) throw refused(error, namespace, name);
    }
    try {
      const { metadata, spec: held } = await api.readNamespacedLease({ namespace, name });
      const ends = timeOf(held?.renewTime) + (held?.leaseDurationSeconds ?? 0) * 1000;
      const other = held?.holderIdentity ?? '';
      if (other !== '' && other !== holder && ends > now().getTime())
        throw heldBy(other, ends - now().getTime());
      const body = { metadata: { name, resourceVersion: metadata?.resourceVersion ?? '' }, spec };
      const taken = await api.replaceNamespacedLease({ namespace, name, body });
      return taken.metadata?.resourceVersion ?? '';
    } catch (error) {
      // It changed or went between the two calls: look again.
      if (![404, 409].includes(httpStatusOf(error) ?? 0)) throw error;
    }
  }
  throw new MidflightError('cluster-failed', `the lease ${namespace}/${name} is being fought over`, {
    hint: 'run it again when the other midflight has ended',
  });
}

function heldBy(holder: string, leftMs: number): MidflightError {
  return new MidflightError('cluster-failed', `this cluster is in use by ${holder}`, {
    hint: `wait for its end; if it was killed, its hold ends by itself in ${Math.ceil(leftMs / 1000)} s`,
  });
}

function refused(error: unknown, namespace: string, name: string): unknown {
  const status = httpStatusOf(error);
  if (status === undefined) return error;
  return new MidflightError(
    'api-failed',
    `the API answered ${status} to creating the lease ${namespace}/${name}`,
    {
      hint: 'leases (coordination.k8s.io) must be allowed: verbs get, create, update, delete',
      cause: error,
    },
  );
}
