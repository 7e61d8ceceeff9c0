import { once } from 'node:events';
import { createApiServer } from '../../../../../src/cluster/control-plane/http/server.ts';
import { testCluster } from '../cluster.ts';

/** A cluster's API on a port of its own; `stop` ends both. */
export async function servingCluster(onError: (error: unknown) => void) {
  const cluster = testCluster();
  const server = createApiServer(cluster.context, onError);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    cluster,
    port: typeof address === 'object' && address ? address.port : 0,
    stop() {
      cluster.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}
