import { monotonic } from '../../base/clock.ts';
import { type RoleContext, serveRole } from '../../base/role.ts';
import { type IngressConfig, ingressConfig, ingressMessage } from './config.ts';
import { serveIngress } from './serve.ts';

/** The model ingress as a process. */
async function ingress(config: IngressConfig, context: RoleContext): Promise<Record<string, unknown>> {
  const served = await serveIngress(config, monotonic, context.emit);
  let terminated = false;
  // Only the kubelet's signal has it wait; a parent that is gone, or asks to stop, does not.
  process.prependListener('SIGTERM', () => {
    terminated = true;
  });
  context.onMessage((message) => {
    const { data } = ingressMessage.safeParse(message);
    if (data?.type === 'upstream') served.setUpstream(data.endpoints);
    else if (data?.type === 'terminate') process.kill(process.pid, 'SIGTERM');
  });
  context.onStop(() => (terminated ? served.terminate() : served.close()));
  return { host: served.host, port: served.port, pingPort: served.pingPort };
}

serveRole(ingressConfig, ingress);
