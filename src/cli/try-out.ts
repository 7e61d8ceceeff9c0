import type { Playground } from '../providers/playgrounds.ts';
import { names, namespace } from '../workload/manifests.ts';
import { shortPath, streamPath } from '../workload/protocol.ts';

/** What to do with a playground, as commands to paste. `here`: this process holds it until Ctrl-C. */
export function tryOut(playground: Playground, here: boolean): string {
  const { name, nodes, timeScale, kubeconfig, url, resolve } = playground;
  const stream = streamPath({ id: 'try', durationMs: 30_000, intervalMs: 1000, chunkSize: 64 });
  const service = `service/${names.ingress} --namespace ${namespace}`;
  const pace =
    timeScale === 1 ? 'real time' : `time runs ${timeScale} times as fast, but for the kernel's own timers`;
  return `${name} is up: ${nodes} nodes on this machine's loopback, ${pace}

  export KUBECONFIG=${kubeconfig}
  kubectl get nodes,services,pods --all-namespaces -o wide

The balancer is at ${url}; --resolve gives curl and midflight its address:
  curl --resolve ${resolve} '${url}${shortPath('try')}'
  midflight audit

A flip by hand while clients are watched, and the same flip made safely:
  midflight watch '${url}${stream}' --probe-path '${shortPath('try')}' --resolve ${resolve} --duration 40s -- \\
    kubectl patch ${service} -p '{"spec":{"externalTrafficPolicy":"Local"}}'

What a node's leaving does:
  kubectl drain NODE --ignore-daemonsets

${here ? 'Ctrl-C ends it.' : 'midflight cluster down ends it; midflight cluster status prints these addresses again.'}
`;
}
