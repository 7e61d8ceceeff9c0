import type { RoleHandle } from '../../base/role.ts';

/** Which of our own processes, by the name of its bundle under dist/roles/. */
export type RoleName = 'edge' | 'recorder' | 'probe' | 'autocannon' | 'k6';

/** Where our own processes run: beside this one, or in containers next to the nodes. */
export interface Host {
  /** Local addresses that load comes from; several if one has too few ports. Empty: any. */
  clients(): readonly string[];
  /** A kubeconfig as YAML for the roles that launch() starts: from where they run, the API may have another address. */
  kubeConfig(): string;
  launch(role: RoleName, config: { role: RoleName }, name: string): Promise<RoleHandle>;
}
