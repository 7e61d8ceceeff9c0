import { once } from 'node:events';
import type { Clock } from '../../base/clock.ts';
import { MidflightError, messageOf } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { createStore } from './api/store.ts';
import { namespacesAtStart } from './api/subresources.ts';
import type { ControlPlaneConfig } from './config.ts';
import type { Context } from './context.ts';
import { runControllers } from './controllers/controller.ts';
import { controllers } from './controllers/list.ts';
import { createApiServer } from './http/server.ts';

interface ControlPlane {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

interface ControlPlaneOptions {
  readonly clock: Clock;
  readonly wall: () => Date;
  /** Reports what should not happen: the place, and what happened. */
  readonly onError: (where: string, error: unknown) => void;
}

/** An empty cluster's objects and time. */
export function createContext(
  config: ControlPlaneConfig,
  options: Pick<ControlPlaneOptions, 'clock' | 'wall'>,
): Context {
  const context: Context = {
    store: createStore(),
    clock: options.clock,
    wall: options.wall,
    random: seededRandom(config.seed),
    timers: config.timers,
    timeScale: config.timeScale,
  };
  namespacesAtStart(context);
  return context;
}

/** Starts API and controllers. Throws `provider-failed` if it cannot listen on the address. */
export async function startControlPlane(
  config: ControlPlaneConfig,
  options: ControlPlaneOptions,
): Promise<ControlPlane> {
  const context = createContext(config, options);
  const server = createApiServer(context, (error) => options.onError('api', error));
  const manager = runControllers(
    context,
    controllers.map((make) => make(context)),
    options.onError,
  );
  try {
    server.listen(config.port, config.host);
    await once(server, 'listening');
  } catch (error) {
    manager.stop();
    throw new MidflightError('provider-failed', `the embedded API cannot listen: ${messageOf(error)}`, {
      where: `${config.host}:${config.port}`,
      cause: error,
    });
  }
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  return {
    host: config.host,
    port,
    async stop() {
      manager.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections(); // watches never end by themselves
      await closed;
    },
  };
}
