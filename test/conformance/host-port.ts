import { PatchStrategy, setHeaderOptions, type V1PodSpec } from '@kubernetes/client-node';
import * as assert from 'uvu/assert';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import { isOver, isReadyPod } from '../../src/kube/pods.ts';
import { failuresOf } from '../../src/run/changes.ts';
import { rememberPlacement } from '../../src/run/cluster.ts';
import { ports } from '../../src/workload/manifests.ts';
import { knock } from '../support/knock.ts';
import { type Bed, never, type Suite } from './bed.ts';
import { ask } from './client.ts';

const json = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);
const ofPort = '/spec/template/spec/containers/0/ports/0/hostPort';
const ofNetwork = '/spec/template/spec/hostNetwork';
const mapped = ({ containers }: V1PodSpec) => containers[0]?.ports?.[0]?.hostPort === ports.ingress;

const ways = [
  {
    what: 'hostPort',
    path: ofPort,
    value: ports.ingress,
    has: (spec: V1PodSpec) => mapped(spec) && !spec.hostNetwork,
  },
  { what: 'hostNetwork', path: ofNetwork, value: true, has: (spec: V1PodSpec) => spec.hostNetwork === true },
];

/** Ingress pods that have a port of their node: nothing of what kube-proxy does concerns it. */
export function hostPortTests(test: Suite, bed: Bed, changes: ChangeLog): void {
  const { allNodes, at, on, first, setPolicy, localEverywhere, eventually } = bed;
  // One that a node's shutdown has ended stays in the API as Failed.
  const podsOf = async () =>
    (await bed.core.listNamespacedPod({ ...bed.workload.ingress })).items.filter((pod) => !isOver(pod));

  for (const { what, path, value, has } of ways) {
    test(`${what}: a node answers by its own ingress pod, the client's address kept, under both policies; one without refuses`, async () => {
      const { namespace } = bed.workload.ingress;
      const [deployment] = (await bed.apps.listNamespacedDeployment({ ...bed.workload.ingress })).items;
      const name = deployment?.metadata?.name ?? '';
      const replicas = deployment?.spec?.replicas ?? 0;
      const change = (body: object[]) => bed.apps.patchNamespacedDeployment({ namespace, name, body }, json);
      const rolledOut = (wanted: (spec: V1PodSpec) => boolean) =>
        eventually(
          'the rollout to be over',
          async () => {
            const pods = await podsOf();
            return (
              pods.length === replicas && pods.every((pod) => isReadyPod(pod) && pod.spec && wanted(pod.spec))
            );
          },
          150_000,
        );
      await localEverywhere();
      const mark = changes.mark();
      await rememberPlacement({ plan: bed.plan, workload: bed.workload, changes });
      const client = (await ask(await at(first()))).path?.source;
      await change([{ op: 'add', path, value }]);
      try {
        await rolledOut(has);
        const where = new Map((await podsOf()).map(({ metadata, spec }) => [spec?.nodeName, metadata?.name]));
        for (const policy of ['Local', 'Cluster'] as const) {
          await setPolicy(policy);
          for (const node of allNodes()) {
            const direct = on(node, ports.ingress);
            if (!where.has(node.name)) assert.is(await knock(direct, 2000), 'refused', node.name);
            else {
              const { status, path: taken } = await ask(direct);
              assert.equal([status, taken?.source], [200, client], `${node.name} under ${policy}`);
              // With hostNetwork a pod's hostname, by which Traefik names itself, is its node's.
              if (taken?.ingressPod != null)
                assert.ok([where.get(node.name), node.name].includes(taken.ingressPod), taken.ingressPod);
            }
          }
        }
      } finally {
        await change([{ op: 'remove', path }]);
        await rolledOut((spec) => !has(spec));
        // Without a port of their node both new pods may have come to one node.
        assert.equal(failuresOf(await changes.unwind(mark, never)), []);
      }
    });
  }
}
