import { monotonic } from '../../base/clock.ts';
import { type RoleContext, serveRole } from '../../base/role.ts';
import { watchTurns } from '../../base/turns.ts';
import { clusterLateness } from '../../history/lateness.ts';
import type { IngressConfig } from './config.ts';
import { type IngressCommand, type IngressReport, ingressProtocol } from './protocol.ts';
import { serveIngress } from './serve.ts';

/** The model ingress as a process. */
async function ingress(config: IngressConfig, context: RoleContext<IngressCommand, IngressReport>) {
  const served = await serveIngress(config, monotonic, context.emit);
  watchTurns((turns) => context.emit(clusterLateness(config.pod, turns)));
  let terminated = false;
  // It waits only at the kubelet's signal, not if its parent is gone or asks it to stop.
  process.prependListener('SIGTERM', () => {
    terminated = true;
  });
  context.onMessage((command) => {
    if (command.type === 'upstream') served.setUpstream(command.endpoints);
    else process.kill(process.pid, 'SIGTERM');
  });
  context.onStop(() => (terminated ? served.terminate() : served.close()));
  const { host, port, securePort, pingPort } = served;
  return { host, port, ...(securePort === undefined ? {} : { securePort }), pingPort };
}

serveRole(ingressProtocol, ingress);
