import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { kubeConfigFromText } from '../../../src/kube/config.ts';
import { excludeLabel, healthzPort } from '../../../src/kube/names.ts';
import { presets } from '../../../src/presets/index.ts';
import { kubectl, type StrangersCluster, service } from './cluster.ts';

/** A real HAProxy in front of a cluster, kept in step with the Service and the nodes as a cloud controller does it. */
interface RealBalancer {
  /** `172.18.0.1:8099`, an address of this machine on Docker's network. */
  readonly address: string;
  stop(): Promise<void>;
}

interface Wanted {
  readonly targets: readonly { readonly name: string; readonly address: string }[];
  readonly nodePort: number;
  readonly checkPort: number;
}

const lookMs = 400;

/** Starts it on an address of Docker's network `kind`, and writes that into the Service's status. */
export async function realBalancer(cluster: StrangersCluster, port: number): Promise<RealBalancer> {
  const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
  const host = bridgeAddress();
  const file = join(folder, 'haproxy.cfg');
  const core = kubeConfigFromText(readFileSync(cluster.kubeconfig, 'utf8')).makeApiClient(CoreV1Api);
  let written = '';
  const write = async () => {
    const text = configOf(folder, `${host}:${port}`, await wanted(core));
    if (text === written) return false;
    writeFileSync(file, text);
    written = text;
    return true;
  };
  await write();
  const child: ChildProcess = spawn('haproxy', ['-W', '-f', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // It listens with SO_REUSEPORT: left behind by Ctrl-C, it would answer beside the next one, by what it knew then.
  const endWithUs = () => {
    child.kill('SIGTERM');
    process.exit(130);
  };
  process.once('SIGINT', endWithUs);
  await answers(host, port, child);
  publish(cluster, host);
  let stopped = false;
  const following = (async () => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      // A reload: the master starts a new worker, which takes over the listener; the old one keeps its connections.
      if (!stopped && (await write())) child.kill('SIGUSR2');
    }
  })();
  return {
    address: `${host}:${port}`,
    async stop() {
      stopped = true;
      process.off('SIGINT', endWithUs);
      await following;
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** This machine's address on Docker's network of kind: what listens there is reached by nobody outside. */
function bridgeAddress(): string {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}';
  const gateways = execFileSync('docker', ['network', 'inspect', 'kind', '--format', format], {
    encoding: 'utf8',
  });
  const found = gateways.split(' ').find((one) => /^\d+\.\d+\.\d+\.\d+$/.test(one));
  if (found === undefined) throw new Error(`no IPv4 gateway: ${gateways}`);
  return found;
}

/** ipMode Proxy: kube-proxy leaves the address alone, so that every connection passes through the balancer. */
function publish(cluster: StrangersCluster, ip: string): void {
  const patch = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip, ipMode: 'Proxy' }] } } });
  const { namespace, name } = service;
  kubectl(cluster, ['patch', 'service', name, '-n', namespace, '--subresource=status', '-p', patch]);
}

/** All nodes but the excluded ones, and the port that the policy or a pin names. */
async function wanted(core: CoreV1Api): Promise<Wanted> {
  const { metadata, spec } = await core.readNamespacedService({ ...service });
  const { items } = await core.listNode();
  const pin = Object.entries(presets.haproxy.pinCheck?.annotations ?? {});
  const isPinned = pin.length > 0 && pin.every(([key, text]) => metadata?.annotations?.[key] === text);
  const isLocal = spec?.externalTrafficPolicy === 'Local' && !isPinned;
  return {
    targets: items
      .filter(({ metadata }) => !(excludeLabel in (metadata?.labels ?? {})))
      .map(({ metadata, status }) => ({
        name: metadata?.name ?? '',
        address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
      })),
    nodePort: spec?.ports?.[0]?.nodePort ?? 0,
    checkPort: isLocal ? (spec?.healthCheckNodePort ?? 0) : healthzPort,
  };
}

/** What the preset `haproxy` describes. */
const configOf = (folder: string, address: string, { targets, nodePort, checkPort }: Wanted) => `global
  stats socket ${folder}/admin.sock mode 600 level admin expose-fd listeners
defaults
  mode tcp
  timeout connect 2s
  timeout client 5m
  timeout server 5m
  timeout check 1s
  retries 0
listen front
  bind ${address}
  balance random(1)
  option httpchk GET /healthz
  default-server check port ${checkPort} inter 1s fall 2 rise 1
${targets.map(({ name, address }) => `  server ${name} ${address}:${nodePort}\n`).join('')}`;

async function answers(host: string, port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, host, () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`haproxy does not listen on ${host}:${port}`);
}
