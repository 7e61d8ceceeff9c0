import { messageOf } from '../base/errors.ts';
import { goFirst } from '../base/priority.ts';
import { seededRandom, seedOf } from '../base/random.ts';
import { type RoleContext, serveRole } from '../base/role.ts';
import type { NodeName } from '../base/units.ts';
import { ownInstruments } from '../catalogue/instruments.ts';
import type { NoteCode } from '../history/codes.ts';
import { latenessWindow } from '../history/lateness.ts';
import { kubeConfigFromText } from '../kube/config.ts';
import { publishAddress } from '../kube/patch.ts';
import { sendsToPods } from './annotations.ts';
import { backendsOf } from './backends.ts';
import { createBalancer } from './balancer.ts';
import { connectionsPerProcess, createCarrier } from './carrier.ts';
import { performCheck } from './check.ts';
import type { EdgeConfig } from './config.ts';
import { createDataPath, type DataPath } from './data-path.ts';
import { followCluster } from './follow.ts';
import { createHealthChecks } from './health-checks.ts';
import { createHttpBalancer } from './http/balancer.ts';
import { type EdgeCommand, type EdgeReport, edgeProtocol } from './protocol.ts';
import { createReach } from './reach.ts';
import { serveRelays } from './relay-process.ts';
import { systemCheckTimers } from './timers.ts';

/** How often to report lateness (real ms). */
const windowMs = 2000;

/** The load balancer: follows the cluster, checks the nodes, carries the connections, logs all of it. */
async function edge(config: EdgeConfig, context: RoleContext<EdgeCommand, EdgeReport>) {
  goFirst('instrument');
  const { preset, timeScale } = config;
  const { now } = systemCheckTimers;
  const kubeConfig = kubeConfigFromText(config.kubeconfig);
  const lateness = latenessWindow(ownInstruments.edge, now());

  const warn = (code: NoteCode, text: string) =>
    context.emit({ type: 'note', t: now(), level: 'warning', code, text: `edge: ${text}` });
  const checks = createHealthChecks({
    timers: systemCheckTimers,
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
      dataPath.verdict(node, healthy, reason);
    },
  });
  const carrier = createCarrier(config.connectionsPerProcess ?? connectionsPerProcess(), (reason) =>
    context.emit({ type: 'failed', reason }),
  );
  const common = {
    preset,
    timeScale,
    seed: config.seed,
    lanes: config.lanes,
    firstConn: config.firstConn ?? 0,
    listen: config.listen,
    now,
    isHealthy: (node: NodeName) => dataPath.isHealthy(node),
    emit: context.emit,
  };
  const { bindClientAddress, checkFrom } = config;
  const balancer =
    preset.http === undefined
      ? createBalancer({ ...common, carry: carrier.carry, bindClientAddress })
      : createHttpBalancer({ ...common, http: preset.http, from: bindClientAddress ? checkFrom : null });
  let published = config.publishAddress === undefined;
  const publish = () => {
    published = true;
    publishAddress(kubeConfig, config.service, config.publishAddress ?? config.listen.host).catch(
      (error: unknown) =>
        warn('address-not-published', `its address could not be published: ${messageOf(error)}`),
    );
  };
  const dataPath: DataPath = createDataPath({
    preset,
    timers: systemCheckTimers,
    timeScale,
    checks,
    balancer,
    onHealth: (node, eligible, healthy, reason) =>
      context.emit({ type: 'health', t: now(), node, eligible, healthy, reason }),
    onReconcile({ service, targets }) {
      if (service === null) return;
      const { policy, healthCheckNodePort } = service;
      const nodes = targets.map(({ name }) => name);
      const toPods = sendsToPods(service) ? { toPods: true as const } : {};
      context.emit({ type: 'reconcile', t: now(), policy, healthCheckNodePort, nodes, ...toPods });
      if (!published) publish();
    },
  });
  const follow = followCluster({
    kubeConfig,
    service: config.service,
    excludeNodes: config.excludeNodes,
    excludeLabel: preset.excludeLabel,
    actsOnTaint: preset.actsOnTaint ?? false,
    reconcileDelayMs: preset.reconcileDelayMs / timeScale,
    backends: (service, nodes, endpoints) => backendsOf(preset, service, nodes, endpoints, config.seed),
    apply: dataPath.apply,
    onError: (error) => warn('edge-lost-api', `lost sight of the API: ${messageOf(error)}`),
  });
  const windows = setInterval(() => {
    const window = lateness.take(now());
    if (window !== null) context.emit(window);
  }, windowMs);
  const reaching = createReach({
    random: seededRandom(seedOf(config.seed, 'reach')),
    from: checkFrom,
    perform: performCheck,
  });
  context.onMessage((command) => {
    if (command.type === 'trial') return balancer.beginTrial(command.seed);
    if (command.type === 'reach')
      return void reaching.reach(follow.applied).then((nodes) => {
        if (nodes !== null) context.emit({ type: 'reached', nodes });
      });
    // What the kernel has reported already is taken up first.
    setImmediate(() =>
      setImmediate(() => {
        context.emit({ type: 'synced', id: command.id });
        context.flush();
      }),
    );
  });
  context.onStop(async () => {
    clearInterval(windows);
    follow.stop();
    checks.stop();
    dataPath.stop();
    await balancer.stop();
    carrier.stop();
  });
  await follow.ready;
  return balancer.listen();
}

if (process.argv[2] === 'relay-process') serveRelays();
else serveRole(edgeProtocol, edge);
