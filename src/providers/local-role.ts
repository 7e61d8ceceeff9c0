import { launchChild } from '../base/child.ts';
import { roleBundle, roleFlags } from '../base/package.ts';
import type { Message, Protocol } from '../base/protocol.ts';
import type { RoleHandle } from '../base/role.ts';
import type { RoleName } from './provider.ts';

/** Starts one of our roles as a process of this machine. `token`: an argument by which its processes are known. */
export function launchLocal<Config, Command extends Message, Report extends Message, Ready>(
  protocol: Protocol<RoleName, Config, Command, Report, Ready>,
  config: NoInfer<Config>,
  name: string,
  token: string,
): Promise<RoleHandle<Command, Report, Ready>> {
  return launchChild({
    command: process.execPath,
    args: [...roleFlags(protocol.role), roleBundle(protocol.role), token],
    protocol,
    name,
    config,
  });
}
