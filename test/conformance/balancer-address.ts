import * as assert from 'uvu/assert';
import type { TopologyNode } from '../../src/history/schema.ts';
import { patchObject, publishAddress } from '../../src/kube/patch.ts';
import { imagesOf } from '../../src/providers/kind/images.ts';
import { must } from '../../src/providers/kind/shell.ts';
import { shortPath } from '../../src/workload/protocol.ts';
import type { Bed, Suite } from './bed.ts';

/** TEST-NET-3 (RFC 5737): nobody's but what a route makes of it. */
const address = '203.0.113.80';

/**
 * What kube-proxy does with packets that still have the balancer's address, as passthrough balancers deliver them. Our edge dials
 * node ports, so these come from a container whose route to the address leads to one node.
 */
export function balancerAddressTests(test: Suite, bed: Bed): void {
  const { allNodes, eventually, patchService, service, localEverywhere } = bed;
  /** The status that a client gets; 000: no answer within 3 s. */
  const status = (node: TopologyNode) =>
    must([
      ...['docker', 'run', '--rm', '--network', 'kind', '--cap-add', 'NET_ADMIN', '--entrypoint', 'sh'],
      imagesOf(bed.plan.images).node,
      '-c',
      `ip route add ${address} via ${node.address} && curl -s -o /dev/null -w '%{http_code}' -m 3 -H 'host: ${bed.workload.hostname}' 'http://${address}${shortPath('conformance')}' || true`,
    ]);
  const becomes = (node: TopologyNode, wanted: string) =>
    eventually(`${node.name} to answer ${wanted}`, async () => (await status(node)) === wanted);

  test("at the balancer's address kube-proxy drops clients outside loadBalancerSourceRanges, under both policies", async () => {
    const kubeConfig = bed.provider.cluster.kubeConfig();
    const ref = bed.workload.service;
    await publishAddress(kubeConfig, ref, address);
    try {
      assert.is((await service()).status?.loadBalancer?.ingress?.[0]?.ip, address);
      for (const nodes of [allNodes(), bed.withIngress]) {
        if (nodes === bed.withIngress) await localEverywhere();
        await patchService({ loadBalancerSourceRanges: ['0.0.0.0/0'] });
        for (const node of nodes) await becomes(node, '200');
        await patchService({ loadBalancerSourceRanges: ['192.0.2.0/24'] });
        for (const node of nodes) await becomes(node, '000');
      }
    } finally {
      await patchService({ loadBalancerSourceRanges: null });
      const path = `/api/v1/namespaces/${ref.namespace}/services/${ref.name}/status`;
      await patchObject(kubeConfig, path, { status: { loadBalancer: { ingress: null } } });
    }
  });
}
