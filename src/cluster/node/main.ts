import { systemClock as clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { goFirst } from '../../base/priority.ts';
import { type RoleContext, serveRole } from '../../base/role.ts';
import { watchTurns } from '../../base/turns.ts';
import { clusterLateness } from '../../history/lateness.ts';
import { nodeAgent } from './agent.ts';
import { nodeApi } from './api.ts';
import { watchServices } from './cluster-view.ts';
import type { NodeProcessConfig } from './config.ts';
import { podPortsOf } from './ports.ts';
import { type NodeCommand, type NodeReport, nodeProtocol } from './protocol.ts';
import { socketHolder } from './proxy/holder.ts';

/*
 * One node, or several that share their fate: their kubelets and kube-proxies in this process; the holder of their
 * sockets and their pods as children of it in the same process group.
 */
serveRole(nodeProtocol, runNodes);

async function runNodes({ nodes }: NodeProcessConfig, context: RoleContext<NodeCommand, NodeReport>) {
  goFirst('cluster'); // its holder and pods inherit it
  const [{ apiServer, roles, token }] = nodes;
  const api = nodeApi(apiServer);
  const ports = podPortsOf(nodes[0]);
  let stopping = false;
  // A write that fails is tried again by the next period; what keeps failing shows as a node that is not Ready.
  const failed = (what: string, error: unknown) => {
    if (!stopping) context.emit({ type: 'failed', reason: `${what}: ${messageOf(error)}` });
  };
  const holder = socketHolder({
    bundle: roles.holder,
    token,
    onExit: (reason) => failed('the holder of its ports', new Error(reason)),
  });
  const view = watchServices(
    nodes.map(({ name }) => name),
    api,
    ports,
    () => {
      for (const agent of agents) agent.changed();
    },
    failed,
    (node, ready) => agents.find(({ name }) => name === node)?.seen(ready),
  );
  const agents = nodes.map((config) =>
    nodeAgent(config, {
      ...{ api, ports, clock, view, holder },
      emit: (message) => context.emit(message),
      failed: (what, error) => failed(nodes.length === 1 ? what : `${config.name}: ${what}`, error),
    }),
  );
  context.onMessage((command) => {
    const agent = agents.find(({ name }) => name === command.node);
    if (agent === undefined) return failed(command.type, new Error(`there is no node ${command.node} here`));
    void agent.perform(command).finally(() => context.emit({ type: 'done', id: command.id }));
  });
  context.onStop(async () => {
    stopping = true;
    view.stop();
    await Promise.all(agents.map((agent) => agent.stop()));
    holder.end();
  });

  await view.start();
  const started = await Promise.all(
    agents.map(async (agent) => [agent.name, [...(await agent.start())]] as const),
  );
  const title = nodes.map(({ name }) => name).join(', ');
  watchTurns((turns) => context.emit(clusterLateness(title, turns)));
  return { listeners: Object.fromEntries(started) };
}
