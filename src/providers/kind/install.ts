import { readFileSync } from 'node:fs';
import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  NetworkingV1Api,
  RbacAuthorizationV1Api,
  type V1Pod,
} from '@kubernetes/client-node';
import { MidflightError } from '../../base/errors.ts';
import { roleBundle } from '../../base/package.ts';
import { httpStatusOf } from '../../kube/errors.ts';
import { isReadyPod } from '../../kube/pods.ts';
import { waitFor } from '../../kube/wait.ts';
import type { Plan } from '../../plan/schema.ts';
import {
  appService,
  ingressService,
  names,
  namespace,
  namespaceObject,
  ownership,
  type PodShape,
  ports,
} from '../../workload/manifests.ts';
import { appProbe } from '../../workload/probes.ts';
import type { Workload } from '../provider.ts';
import { createController, installedWorkload } from '../workload.ts';
import type { KindImages } from './images.ts';
import { startedLate } from './start-delay.ts';
import {
  traefikAccount,
  traefikBinding,
  traefikClass,
  traefikConfig,
  traefikIngress,
  traefikPod,
  traefikRole,
} from './traefik.ts';

const bundleName = 'midflight-app-bundle';

interface InstallOptions {
  readonly kubeConfig: KubeConfig;
  readonly plan: Plan;
  readonly images: KindImages;
  /** What `client` means in the allow-list: the edge is the client that the ingress may see. */
  readonly edgeAddress: string;
  /** What it stands for in loadBalancerSourceRanges: the containers that send the load, as the edge sees them. */
  readonly loadRanges: readonly string[];
  readonly signal: AbortSignal;
}

/** Installs Traefik and the app; resolves when all their pods are Ready. */
export async function install(options: InstallOptions): Promise<Workload> {
  const { kubeConfig, plan, images, signal } = options;
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const apps = kubeConfig.makeApiClient(AppsV1Api);
  const networking = kubeConfig.makeApiClient(NetworkingV1Api);
  const rbac = kubeConfig.makeApiClient(RbacAuthorizationV1Api);
  const allowList = plan.ingress.allowList.map((range) =>
    range === 'client' ? `${options.edgeAddress}/32` : range,
  );
  await core.createNamespace({ body: namespaceObject() });
  await Promise.all([
    core.createNamespacedServiceAccount({ namespace, body: traefikAccount() }),
    core.createNamespacedConfigMap({ namespace, body: traefikConfig(allowList) }),
    core.createNamespacedConfigMap({ namespace, body: appBundle() }),
    unlessThere(rbac.createClusterRole({ body: traefikRole() })),
    unlessThere(rbac.createClusterRoleBinding({ body: traefikBinding() })),
    unlessThere(networking.createIngressClass({ body: traefikClass() })),
    core.createNamespacedService({ namespace, body: appService() }),
    core.createNamespacedService({
      namespace,
      body: ingressService('Cluster', plan.service, options.loadRanges, plan.ingress),
    }),
  ]);
  await networking.createNamespacedIngress({ namespace, body: traefikIngress(allowList) });
  await createController(apps, plan.app, appPod(plan, images.app));
  await createController(apps, plan.ingress, traefikPod(plan, images.traefik));
  await waitFor(
    'Traefik and the app to be Ready',
    180_000 +
      Math.max(plan.ingress.startDelayMs, plan.app.startDelayMs) +
      plan.ingress.readiness.initialDelayMs,
    signal,
    async () => {
      const { items } = await core.listNamespacedPod({ namespace });
      refuseStuck(items);
      return [names.app, names.ingress].every((name) => {
        const own = items.filter((pod) => pod.metadata?.labels?.['app.kubernetes.io/name'] === name);
        const placement = name === names.app ? plan.app : plan.ingress;
        const wanted = placement.kind === 'DaemonSet' ? 1 : placement.replicas;
        return own.length >= wanted && own.every(isReadyPod);
      });
    },
    { pauseMs: 250 },
  );
  return installedWorkload;
}

/** Cluster-wide objects outlive the namespace of a cluster that is used again. */
async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (httpStatusOf(error) !== 409) throw error;
  }
}

/** The app as one file: no image of ours has to be built or pulled. */
function appBundle() {
  return {
    metadata: { name: bundleName, namespace, labels: { ...ownership } },
    data: { 'app.mjs': readFileSync(roleBundle('app'), 'utf8') },
  };
}

function appPod(plan: Plan, image: string): PodShape {
  return {
    name: names.app,
    volumes: [{ name: 'bundle', configMap: { name: bundleName } }],
    container: {
      name: 'app',
      image,
      imagePullPolicy: 'IfNotPresent',
      ...startedLate(plan.app.startDelayMs, ['node', '/midflight/app.mjs']),
      env: [{ name: 'PORT', value: String(ports.app) }],
      ports: [{ name: 'http', containerPort: ports.app }],
      readinessProbe: appProbe(plan),
      volumeMounts: [{ name: 'bundle', mountPath: '/midflight' }],
    },
  };
}

/** What no waiting mends. */
function refuseStuck(pods: readonly V1Pod[]): void {
  for (const pod of pods) {
    for (const { state, image } of pod.status?.containerStatuses ?? []) {
      const reason = state?.waiting?.reason;
      if (reason === 'ErrImageNeverPull' || reason === 'InvalidImageName') {
        throw new MidflightError('provider-failed', `the nodes cannot get the image ${image}: ${reason}`, {
          hint: 'docker pull it, or name another: --image-traefik, --image-app',
        });
      }
    }
  }
}
