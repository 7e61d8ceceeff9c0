import type { Message } from '../../base/protocol.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { EventOf } from '../../history/schema.ts';
import type { LaunchProtocol } from '../../load/reports.ts';

/** Which of our own processes, by the name of its bundle under dist/roles/. */
export type RoleName = 'edge' | 'recorder' | 'probe' | 'autocannon' | 'k6';

/** The place that our own processes run in: beside this one, or in containers next to the nodes. */
export interface Host {
  /** Local addresses that load comes from; several if one has too few ports. Empty: any. */
  clients(): readonly string[];
  /** A kubeconfig as YAML for the roles that launch() starts: from where they run, the API may have another address. */
  kubeConfig(): string;
  /** Starts one of them. If its clock is not ours, its handle gives times on ours, and reports by how much they were moved. */
  launch<Config extends { readonly role: RoleName }, Command extends Message, Report extends Message, Ready>(
    protocol: LaunchProtocol<RoleName, Config, Command, Report, Ready>,
    config: NoInfer<Config>,
    name: string,
  ): Promise<RoleHandle<Command, Report | EventOf<'clock-offset'>, Ready>>;
}
