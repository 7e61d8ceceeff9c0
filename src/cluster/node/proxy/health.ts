import { createServer, type Server, type ServerResponse } from 'node:http';
import { connectionsPath, healthzPort } from '../../../kube/names.ts';
import type { NodeListener, ProxiedService } from './types.ts';

/** kube-proxy's own health and its health of Services, as cloud load balancers ask them. */
interface HealthServers {
  /** Services under Local with a healthCheckNodePort, and how many ready endpoints each has on this node. */
  sync(
    services: readonly { readonly service: ProxiedService; readonly localEndpoints: number }[],
  ): Promise<void>;
  readonly listeners: readonly NodeListener[];
  end(): void;
}

export function healthServers(options: {
  readonly host: string;
  readonly portOffset: number;
  readonly backlog: number;
  /** False: the node is about to go, and balancers should look for another. */
  readonly eligible: () => boolean;
  readonly lastSync: () => Date;
  readonly now: () => Date;
  /** The table of connections, shown beside the health; null: it cannot be shown. */
  connections?(): string | null;
  failed(reason: string): void;
}): HealthServers {
  const { host, portOffset, backlog, failed } = options;
  const counts = new Map<number, { service: ProxiedService; localEndpoints: number }>();
  const servers = new Map<number, Server>();

  const listen = (port: number, answer: (response: ServerResponse, path: string) => void) =>
    new Promise<void>((resolve) => {
      const server = createServer((request, response) => {
        request.resume();
        answer(response, request.url ?? '/');
      });
      server.on('error', (error) => {
        failed(`health check port ${port} on ${host}: ${error.message}`);
        resolve();
      });
      server.listen({ host, port: port + portOffset, backlog }, resolve);
      servers.set(port, server);
    });
  // pkg/proxy/healthcheck/proxy_health.go: it knows whether rules are written, and nothing of NotReady. /healthz, not /livez,
  // is 503 once the node is being deleted or has the autoscaler's taint ToBeDeletedByClusterAutoscaler (KEP-3836).
  const healthz = (response: ServerResponse, path: string) => {
    const table = path === connectionsPath ? (options.connections?.() ?? null) : null;
    if (table !== null) return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end(table);
    if (path !== '/healthz' && path !== '/livez') return send(response, 404, {});
    const nodeEligible = options.eligible();
    send(response, nodeEligible || path === '/livez' ? 200 : 503, {
      lastUpdated: options.lastSync().toISOString(),
      currentTime: options.now().toISOString(),
      nodeEligible,
    });
  };
  // pkg/proxy/healthcheck/service_health.go: any path; the weight is what an L4 balancer may spread by.
  const ofService = (port: number) => (response: ServerResponse) => {
    const found = counts.get(port);
    if (found === undefined) return send(response, 404, {});
    const { service, localEndpoints } = found;
    const { namespace, name } = service;
    response.setHeader('X-Load-Balancing-Endpoint-Weight', String(localEndpoints));
    send(response, localEndpoints > 0 ? 200 : 503, {
      service: { namespace, name },
      localEndpoints,
      serviceProxyHealthy: true,
    });
  };

  return {
    async sync(services) {
      counts.clear();
      for (const each of services) {
        const port = each.service.healthCheckNodePort;
        if (port !== null && each.service.externalTrafficPolicy === 'Local') counts.set(port, each);
      }
      for (const [port, server] of servers) {
        if (port === healthzPort || counts.has(port)) continue;
        servers.delete(port);
        server.close();
        server.closeAllConnections();
      }
      const missing = [...counts.keys()].filter((port) => !servers.has(port));
      if (!servers.has(healthzPort)) await listen(healthzPort, healthz);
      await Promise.all(missing.map((port) => listen(port, ofService(port))));
    },
    get listeners() {
      return [...servers.keys()].map((port) => ({
        host,
        port: port + portOffset,
        what: port === healthzPort ? 'healthz' : 'healthCheckNodePort',
        pid: process.pid,
      }));
    },
    end() {
      for (const server of servers.values()) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, {
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}
