import { monotonic } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { type RoleContext, serveRole } from '../../base/role.ts';
import { watchTurns } from '../../base/turns.ts';
import { clusterLateness } from '../../history/lateness.ts';
import { type AppConfig, configFromEnv } from './config.ts';
import { type AppReport, appProtocol } from './protocol.ts';
import { serveApp } from './serve.ts';

/** Under a parent: only SIGTERM waits for what is in flight; a parent that is gone, or asks to stop, does not. */
async function role(config: AppConfig, context: RoleContext<never, AppReport>) {
  const app = await serveApp(config, monotonic);
  watchTurns((turns) => context.emit(clusterLateness(config.pod, turns)));
  let terminated = false;
  process.prependListener('SIGTERM', () => {
    terminated = true;
  });
  context.onStop(() => (terminated ? app.drain() : app.close()));
  const { host, port, h2Port } = app;
  return { host, port, ...(h2Port === undefined ? {} : { h2Port }) };
}

/** The app in a pod: configured by its environment, ended by the kubelet. */
async function standalone(config: AppConfig): Promise<void> {
  const app = await serveApp(config, monotonic);
  console.log(`slow app on ${app.host}:${app.port}, node ${config.node}, pod ${config.pod}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void app.drain().then(() => process.exit(0)));
}

const config = configFromEnv(process.env);
if (config === undefined) serveRole(appProtocol, role);
else
  standalone(config).catch((error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
  });
