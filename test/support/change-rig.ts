import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { monotonic } from '../../src/base/clock.ts';
import type { World } from '../../src/changes/change.ts';
import { changeLog, resumeLog } from '../../src/changes/change-log.ts';
import { createJournal, readJournal, resumeJournal } from '../../src/changes/journal.ts';
import { apiKinds } from '../../src/changes/kinds/index.ts';
import { clientOf, launchControlPlane } from '../unit/cluster/control-plane/client.ts';
import { opening } from './changes.ts';

/** For bodies of patches. */
export const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Changes against an API server of our own, whose waits are 50 times shorter, and journals in a folder of their own. */
export async function changeRig() {
  const handle = await launchControlPlane({ nodeMonitorGraceMs: 60_000 });
  const core = clientOf(handle).makeApiClient(CoreV1Api);
  const coordination = clientOf(handle).makeApiClient(CoordinationV1Api);
  const apps = clientOf(handle).makeApiClient(AppsV1Api);
  const folder = mkdtempSync(join(tmpdir(), 'midflight-kinds-'));
  const world = (signal: AbortSignal): World => ({
    core: () => core,
    apps: () => apps,
    coordination: () => coordination,
    kubectl: true,
    signal,
    sleep: (ms, until) => monotonic.sleep(ms / 50, until),
  });
  const { signal } = new AbortController();
  let files = 0;
  return {
    core,
    coordination,
    apps,
    signal,
    log() {
      files += 1;
      const file = join(folder, `${files}.ndjson`);
      const options = { world, signal, now: () => new Date() };
      return {
        ...changeLog({ ...options, journal: createJournal(file, opening) }),
        /** What another process would undo, from the file alone. */
        afterCrash: () =>
          resumeLog({ ...options, journal: resumeJournal(file) }, readJournal(file), apiKinds).unwind(
            0,
            signal,
          ),
      };
    },
    async stop() {
      rmSync(folder, { recursive: true, force: true });
      await handle.stop();
    },
  };
}
