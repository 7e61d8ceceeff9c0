import {
  AppsV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TopologyNode } from '../../src/history/schema.ts';
import type { Plan } from '../../src/plan/schema.ts';
import type { EdgeFront, Provider, Workload } from '../../src/providers/provider.ts';
import { knock } from '../support/knock.ts';
import { ask, type Where } from './client.ts';

interface Opened {
  readonly workload: Workload;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly withIngress: readonly TopologyNode[];
  /** Without ingress: one whose power tests take, and one that may share its process with others. */
  readonly victim: TopologyNode;
  readonly podless: TopologyNode;
}

export const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
export const never = new AbortController().signal;
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export type Suite = ReturnType<typeof suite>;
export type Bed = ReturnType<typeof testBed>;

/** The cluster under test and what every test asks of it. Its nodes and pods are known once `look()` has returned. */
export function testBed(plan: Plan, provider: Provider<EdgeFront>) {
  let opened: Opened | undefined;
  const bed = {
    plan,
    provider,
    get workload() {
      return known().workload;
    },
    get core() {
      return known().core;
    },
    get apps() {
      return known().apps;
    },
    get discovery() {
      return known().discovery;
    },
    get withIngress() {
      return known().withIngress;
    },
    get victim() {
      return known().victim;
    },
    get podless() {
      return known().podless;
    },
  };
  const known = () => {
    if (opened === undefined) throw new Error('the bed is not up');
    return opened;
  };
  const look = async () => {
    const workload = await provider.workload.ready(plan, never);
    const kube = provider.cluster.kubeConfig();
    const core = kube.makeApiClient(CoreV1Api);
    const nodes = provider.cluster.nodes().filter((node) => !node.controlPlane);
    const { items } = await core.listNamespacedPod({ ...workload.ingress });
    const holders = new Set(items.map((pod) => pod.spec?.nodeName));
    const without = nodes.filter((node) => !holders.has(node.name));
    const [victim, podless] = [without[0], without.at(-1)];
    if (victim === undefined || podless === undefined)
      throw new Error('the bed needs a node without ingress');
    opened = {
      workload,
      core,
      apps: kube.makeApiClient(AppsV1Api),
      discovery: kube.makeApiClient(DiscoveryV1Api),
      withIngress: nodes.filter((node) => holders.has(node.name)),
      victim,
      podless,
    };
  };

  const scale = (clusterMs: number) => clusterMs / plan.timeScale;
  const allNodes = () => [...new Set([...bed.withIngress, bed.victim, bed.podless])];
  const first = () => bed.withIngress[0] ?? bed.podless;
  const clientAddress = () => provider.host.clients()[0];
  const service = () => bed.core.readNamespacedService({ ...bed.workload.service });
  const patchService = (spec: Record<string, unknown>) =>
    bed.core.patchNamespacedService({ ...bed.workload.service, body: { spec } }, merge);
  const setPolicy = async (policy: 'Cluster' | 'Local') => {
    await patchService({ externalTrafficPolicy: policy });
  };
  /** Through a port of the Service, by its name. */
  const at = async (node: TopologyNode, name: 'web' | 'websecure' = 'web'): Promise<Where> => {
    const { spec } = await service();
    const { nodePort = 0 } = spec?.ports?.find((port) => port.name === name) ?? {};
    return { ...on(node, nodePort), tls: name === 'websecure' };
  };
  const on = (node: TopologyNode, port: number): Where => ({
    host: node.address,
    port,
    localAddress: clientAddress(),
    hostname: bed.workload.hostname,
    tls: false,
  });
  const answers200 = (where: Where) =>
    ask(where, { limitMs: 2000 }).then(
      ({ status }) => status === 200,
      () => false,
    );
  const eventually = async (what: string, done: () => Promise<boolean>, limitMs = scale(30_000) + 15_000) => {
    for (const began = performance.now(); performance.now() - began < limitMs; await pause(100)) {
      if (await done()) return;
    }
    assert.unreachable(`timed out after ${limitMs / 1000} s waiting for: ${what}`);
  };
  const settled = (node: TopologyNode, word: string) =>
    eventually(
      `${node.name} to be ${word} to new connections`,
      async () => (await knock(await at(node), 700)) === word,
    );
  const counts = (node: TopologyNode, port: number, localEndpoints: number) =>
    ask(on(node, port), { path: '/healthz' }).then(
      ({ status }) => status === (localEndpoints > 0 ? 200 : 503),
      () => false,
    );
  /** Each node's service proxy follows at its own time; its health check counts only what its rules already hold. */
  const localEverywhere = async () => {
    await setPolicy('Local');
    await settled(bed.podless, 'silent');
    const port = (await service()).spec?.healthCheckNodePort ?? 0;
    for (const node of bed.withIngress) await eventually(`${node.name} follows`, () => counts(node, port, 1));
  };
  const endpoints = async () => {
    const { namespace, name } = bed.workload.service;
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const { items } = await bed.discovery.listNamespacedEndpointSlice({ namespace, labelSelector });
    return items.flatMap((slice) => slice.endpoints ?? []);
  };
  const endpointStates = async () =>
    (await endpoints())
      .filter(({ conditions }) => conditions?.ready || conditions?.serving)
      .map(({ conditions }) =>
        conditions?.ready ? 'ready' : conditions?.terminating ? 'terminating' : 'unready',
      );
  /** The nodes of ready endpoints. */
  const endpointNodes = async () =>
    (await endpoints()).filter(({ conditions }) => conditions?.ready).map(({ nodeName }) => nodeName);
  const ready = async (node: TopologyNode) => {
    const { status } = await bed.core.readNode({ name: node.name });
    const condition = status?.conditions?.find(({ type }) => type === 'Ready');
    return { status: condition?.status ?? 'Unknown' };
  };
  return Object.assign(bed, {
    look,
    scale,
    allNodes,
    first,
    clientAddress,
    service,
    patchService,
    setPolicy,
    at,
    on,
    answers200,
    eventually,
    settled,
    counts,
    localEverywhere,
    endpointStates,
    endpointNodes,
    ready,
  });
}
