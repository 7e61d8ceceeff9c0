import { deployment, node, service, slice, spot } from './audit.ts';

/** As long as a node is in the API of a real cluster, about 15 kB: the kubelet lists fifty images, with two names each. */
const images = Array.from({ length: 50 }, (_, index) => ({
  names: [
    `registry.example/team-${index}/application-${index}@sha256:${String(index).padStart(64, '0')}`,
    `registry.example/team-${index}/application-${index}:v1.${index}.0`,
  ],
  sizeBytes: 100_000_000 + index,
}));

/**
 * The lists of a generated cluster, by their paths: every third node preemptible, three zones, every Service of type
 * LoadBalancer with three pods of a Deployment of its own.
 */
export function largeCluster(nodes: number, services: number): Record<string, readonly unknown[]> {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index}`);
  const keys = Array.from({ length: services }, (_, index) => `web-${index}`);
  const podNodes = (index: number) => [0, 1, 2].map((pod) => names[(index * 7 + pod) % nodes] ?? '');
  return {
    '/api/v1/nodes': names.map((name, index) => {
      const made = node(name, {
        'topology.kubernetes.io/zone': `zone-${index % 3}`,
        ...(index % 3 === 0 ? spot : {}),
      });
      return { ...made, status: { ...made.status, images } };
    }),
    '/api/v1/services': keys.map((name) => service({ selector: { app: name } }, { name })),
    '/apis/discovery.k8s.io/v1/endpointslices': keys.map((name, index) => slice(podNodes(index), name)),
    '/apis/apps/v1/deployments': keys.map((name) => {
      const made = deployment();
      return { ...made, metadata: { ...made.metadata, name } };
    }),
  };
}
