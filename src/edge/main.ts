import { messageOf } from '../base/errors.ts';
import { goFirst } from '../base/priority.ts';
import { seededRandom, seedOf } from '../base/random.ts';
import { type RoleContext, serveRole } from '../base/role.ts';
import type { NoteCode } from '../history/codes.ts';
import { latenessWindow } from '../history/lateness.ts';
import { kubeConfigFromText } from '../kube/config.ts';
import { publishAddress } from '../kube/patch.ts';
import { checkFor } from './annotations.ts';
import { createBalancer } from './balancer.ts';
import { connectionsPerProcess, createCarrier } from './carrier.ts';
import { performCheck } from './check.ts';
import { type EdgeConfig, edgeConfig } from './config.ts';
import { followCluster } from './follow.ts';
import { createHealthChecks } from './health-checks.ts';
import { serveRelays } from './relay-process.ts';
import type { Desired } from './targets.ts';
import { systemTimers } from './timers.ts';

/** How often to report lateness (real ms). */
const windowMs = 2000;

/** The load balancer: follows the cluster, checks the nodes, carries the connections, logs all of it. */
async function edge(config: EdgeConfig, context: RoleContext): Promise<Record<string, unknown>> {
  goFirst('instrument');
  const { preset, timeScale } = config;
  const { now } = systemTimers;
  const kubeConfig = kubeConfigFromText(config.kubeconfig);
  const lateness = latenessWindow('edge', now());
  const eligible = new Set<string>();

  const warn = (code: NoteCode, text: string) =>
    context.emit({ type: 'note', t: now(), level: 'warning', code, text: `edge: ${text}` });
  const tellHealth = (node: string, healthy: boolean, reason: string) =>
    context.emit({ type: 'health', t: now(), node, eligible: eligible.has(node), healthy, reason });
  const checks = createHealthChecks({
    timers: systemTimers,
    timeScale,
    ejectOn503: preset.ejectOn503,
    intervalFrom: preset.checkIntervalFrom,
    newTarget: preset.newTarget,
    from: config.checkFrom,
    random: seededRandom(seedOf(config.seed, 'checks')),
    perform: performCheck,
    onCheck(node, dueAt, startedAt, { ok, detail }, port) {
      lateness.add(startedAt - dueAt);
      context.emit({ type: 'check', t: now(), node, dueAt, ok, detail, port });
    },
    onVerdict(node, healthy, reason) {
      tellHealth(node, healthy, reason);
      balancer.verdict(node, healthy);
    },
  });
  const carrier = createCarrier(config.connectionsPerProcess ?? connectionsPerProcess(), (reason) =>
    context.emit({ type: 'failed', reason }),
  );
  const balancer = createBalancer({
    carry: carrier.carry,
    preset,
    timeScale,
    seed: config.seed,
    lanes: config.lanes,
    bindClientAddress: config.bindClientAddress,
    listen: config.listen,
    now,
    isHealthy: checks.isHealthy,
    emit: context.emit,
  });
  let published = config.publishAddress === undefined;
  const publish = () => {
    published = true;
    publishAddress(kubeConfig, config.service, config.publishAddress ?? config.listen.host).catch(
      (error: unknown) =>
        warn('address-not-published', `its address could not be published: ${messageOf(error)}`),
    );
  };
  const apply = (desired: Desired) => {
    const { service, targets } = desired;
    const names = targets.map((target) => target.name);
    if (service !== null) {
      const { policy, healthCheckNodePort } = service;
      context.emit({ type: 'reconcile', t: now(), policy, healthCheckNodePort, nodes: names });
    }
    const before = new Set(eligible);
    eligible.clear();
    for (const name of names) eligible.add(name);
    for (const name of before) if (!eligible.has(name)) tellHealth(name, false, 'removed');
    const begins = preset.newTarget === 'healthy';
    for (const name of names) if (!before.has(name)) tellHealth(name, begins, 'added');
    if (service !== null) checks.apply(targets, checkFor(preset, service), service);
    balancer.apply(desired);
    if (service !== null && !published) publish();
  };
  const follow = followCluster({
    kubeConfig,
    service: config.service,
    excludeNodes: config.excludeNodes,
    excludeLabel: preset.excludeLabel,
    reconcileDelayMs: preset.reconcileDelayMs / timeScale,
    apply,
    onError: (error) => warn('edge-lost-api', `lost sight of the API: ${messageOf(error)}`),
  });
  const windows = setInterval(() => {
    const window = lateness.take(now());
    if (window !== null) context.emit(window);
  }, windowMs);
  context.onMessage((message) => {
    if (message.type === 'trial') balancer.beginTrial(Number(message.seed));
    if (message.type !== 'sync') return;
    // What the kernel has told of already is taken up first.
    setImmediate(() =>
      setImmediate(() => {
        context.emit({ type: 'synced', id: message.id });
        context.flush();
      }),
    );
  });
  context.onStop(async () => {
    clearInterval(windows);
    follow.stop();
    checks.stop();
    await balancer.stop();
    carrier.stop();
  });
  await follow.ready;
  return { ...(await balancer.listen()) };
}

if (process.argv[2] === 'relay-process') serveRelays();
else serveRole(edgeConfig, edge);
