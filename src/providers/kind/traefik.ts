import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1Ingress,
  V1IngressClass,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { idHeader } from '../../base/request-id.ts';
import type { Plan } from '../../plan/schema.ts';
import {
  hostname,
  names,
  namespace,
  ownership,
  type PodShape,
  ports,
  webPorts,
} from '../../workload/manifests.ts';
import { ingressProbe } from '../../workload/probes.ts';
import { startedLate } from './start-delay.ts';

const className = 'midflight';
const configName = 'midflight-traefik';
const middleware = 'sources';
const seconds = (ms: number) => `${Math.ceil(ms / 1000)}s`;

/** Traefik as its Helm chart would run it, with everything that decides losses written out. */
export function traefikPod(plan: Plan, image: string): PodShape {
  const { startDelayMs, tls } = plan.ingress;
  return {
    name: names.ingress,
    hostNetwork: plan.ingress.hostNetwork ?? false,
    serviceAccountName: names.ingress,
    volumes: [{ name: 'dynamic', configMap: { name: configName } }],
    container: {
      name: 'traefik',
      image,
      imagePullPolicy: 'IfNotPresent',
      // The image's own entry point stays in charge: it is what is started late.
      ...(startDelayMs === 0 ? {} : startedLate(startDelayMs, ['/entrypoint.sh'])),
      args: [
        ...entryPoint('web', ports.ingress, plan.ingress),
        // Its own certificate (Traefik's docs, "TLS: default certificate"), as none is named.
        ...(tls
          ? [...entryPoint('websecure', ports.secure, plan.ingress), '--entrypoints.websecure.http.tls=true']
          : []),
        `--entrypoints.ping.address=:${ports.ping}`,
        '--ping=true',
        '--ping.entrypoint=ping',
        '--providers.kubernetesingress=true',
        `--providers.kubernetesingress.ingressclass=${className}`,
        '--providers.file.directory=/etc/midflight',
        '--accesslog=true',
        '--accesslog.format=json',
        '--accesslog.fields.headers.defaultmode=drop',
        `--accesslog.fields.headers.names.${idHeader}=keep`,
        '--global.checknewversion=false',
        '--global.sendanonymoususage=false',
      ],
      ports: [...webPorts(plan.ingress), { name: 'ping', containerPort: ports.ping }],
      readinessProbe: ingressProbe(plan),
      volumeMounts: [{ name: 'dynamic', mountPath: '/etc/midflight' }],
    },
  };
}

function entryPoint(
  name: string,
  port: number,
  { graceTimeOutMs, requestAcceptGraceTimeoutMs, trustedIPs }: Plan['ingress'],
): string[] {
  const point = `--entrypoints.${name}`;
  return [
    `${point}.address=:${port}`,
    `${point}.transport.lifecycle.gracetimeout=${seconds(graceTimeOutMs)}`,
    `${point}.transport.lifecycle.requestacceptgracetimeout=${seconds(requestAcceptGraceTimeoutMs)}`,
    // A slow answer is no idle one: Traefik's default of 60 s for reading a request stays, its writing has no limit.
    ...(trustedIPs.length === 0 ? [] : [`${point}.forwardedheaders.trustedips=${trustedIPs.join(',')}`]),
  ];
}

/** The middleware that lets only some client addresses in (the seed's whitelist-source-range). */
export function traefikConfig(allowList: readonly string[]): V1ConfigMap {
  const dynamic =
    allowList.length === 0
      ? {}
      : { http: { middlewares: { [middleware]: { ipAllowList: { sourceRange: allowList } } } } };
  return {
    metadata: { name: configName, namespace, labels: { ...ownership } },
    data: { 'dynamic.yaml': Object.keys(dynamic).length === 0 ? '# nothing\n' : stringify(dynamic) },
  };
}

export function traefikIngress(allowList: readonly string[]): V1Ingress {
  const annotations =
    allowList.length === 0
      ? {}
      : { 'traefik.ingress.kubernetes.io/router.middlewares': `${middleware}@file` };
  return {
    metadata: { name: names.app, namespace, labels: { ...ownership }, annotations },
    spec: {
      ingressClassName: className,
      rules: [
        {
          host: hostname,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: names.app, port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  };
}

export function traefikClass(): V1IngressClass {
  return {
    metadata: { name: className, labels: { ...ownership } },
    spec: { controller: 'traefik.io/ingress-controller' },
  };
}

export function traefikAccount(): V1ServiceAccount {
  return { metadata: { name: names.ingress, namespace, labels: { ...ownership } } };
}

/** What the kubernetesIngress provider reads (Traefik's docs, "Kubernetes Ingress: RBAC"). */
export function traefikRole(): V1ClusterRole {
  const read = ['get', 'list', 'watch'];
  return {
    metadata: { name: names.ingress, labels: { ...ownership } },
    rules: [
      {
        apiGroups: [''],
        resources: ['services', 'secrets', 'nodes', 'namespaces', 'configmaps'],
        verbs: read,
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingressclasses'], verbs: read },
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
    ],
  };
}

export function traefikBinding(): V1ClusterRoleBinding {
  return {
    metadata: { name: names.ingress, labels: { ...ownership } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: names.ingress },
    subjects: [{ kind: 'ServiceAccount', name: names.ingress, namespace }],
  };
}
