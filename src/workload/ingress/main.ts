import { monotonic } from '../../base/clock.ts';
import { type RoleContext, serveRole } from '../../base/role.ts';
import type { IngressConfig } from './config.ts';
import { type IngressCommand, type IngressReport, ingressProtocol } from './protocol.ts';
import { serveIngress } from './serve.ts';

/** The model ingress as a process. */
async function ingress(config: IngressConfig, context: RoleContext<IngressCommand, IngressReport>) {
  const served = await serveIngress(config, monotonic, context.emit);
  let terminated = false;
  // Only the kubelet's signal has it wait; a parent that is gone, or asks to stop, does not.
  process.prependListener('SIGTERM', () => {
    terminated = true;
  });
  context.onMessage((command) => {
    if (command.type === 'upstream') served.setUpstream(command.endpoints);
    else process.kill(process.pid, 'SIGTERM');
  });
  context.onStop(() => (terminated ? served.terminate() : served.close()));
  return { host: served.host, port: served.port, pingPort: served.pingPort };
}

serveRole(ingressProtocol, ingress);
