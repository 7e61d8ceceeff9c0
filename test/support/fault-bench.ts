import type { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { notices } from '../../src/catalogue/notices.ts';
import type { FaultContext } from '../../src/faults/index.ts';
import { nodeEffects } from '../../src/providers/node-effects.ts';
import type { NodePower } from '../../src/providers/node-power.ts';
import { testLog } from './changes.ts';
import { sleeper } from './sleeper.ts';

/** A fault context that writes down what is asked of it; sleeping moves its clock. */
export function bench(
  core: Partial<Record<keyof CoreV1Api, unknown>> = {},
  ownerKind = 'ReplicaSet',
  parameter = 300_000,
  apps: Partial<Record<keyof AppsV1Api, unknown>> = {},
) {
  const log: string[] = [];
  let now = 0;
  const power: NodePower = {
    off: async (node) => {
      log.push(`off ${node} @${now / 1e6}`);
      return now;
    },
    unplug: async (node) => {
      log.push(`unplug ${node}`);
      return now;
    },
    shutdownPods: async (node, which, graceMs) => {
      log.push(`shutdown ${which} ${node} ${graceMs} @${now / 1e6}`);
      now += 4000 * 1e6; // the pods need 4 s
      return now;
    },
    stopKubelet: async (node) => {
      log.push(`stop kubelet ${node}`);
      return now;
    },
    killPod: async (pod) => {
      log.push(`kill ${pod.name}`);
      return now;
    },
    on: async (node, how, address) => {
      log.push(`on ${node} ${how} ${address}`);
      return true;
    },
  };
  const sleep = sleeper(
    () => now,
    (at) => {
      now = Math.max(now, at);
    },
  );
  const changes = testLog(core as unknown as CoreV1Api, sleep, apps as unknown as AppsV1Api);
  const context: FaultContext = {
    changes,
    effects: nodeEffects(
      () => power,
      () => '10.0.0.1',
    ),
    podsOn: async (node, of) =>
      node === 'bare' ? [] : [{ namespace: 'n', name: `${of}-pod`, uid: 'u', node, ownerKind }],
    pod: 'ingress',
    workload: { namespace: 'n', labelSelector: 'app=ingress' },
    workloadPods: async () => [],
    endingSince: () => null,
    until: async (done) => done(),
    step: (at, pod) => log.push(`step @${at / 1e6}: ${pod.name}`),
    terms: notices.gke,
    parameter: () => parameter,
    commands: async (node) => ({ command: ['take', node], recover: ['give', node] }),
    now: () => now,
    sleep,
    realMs: (ms) => ms,
    notice: (moment, at, detail) => log.push(`notice ${moment} @${at / 1e6}: ${detail}`),
    began: (at, detail, pods) =>
      log.push(`began @${at / 1e6}: ${detail}${pods === undefined ? '' : ` [${pods.join()}]`}`),
  };
  const recover = () => changes.unwind(0, new AbortController().signal);
  return { context, log, recover };
}
