import { launchChild } from '../base/child.ts';
import { roleBundle, roleFlags } from '../base/package.ts';
import type { RoleHandle } from '../base/role.ts';
import type { RoleName } from './provider.ts';

/** Starts one of our roles as a process of this machine. `token`: an argument by which its processes are known. */
export function launchLocal(
  role: RoleName,
  config: { readonly role: RoleName },
  name: string,
  token: string,
): Promise<RoleHandle> {
  return launchChild({
    command: process.execPath,
    args: [...roleFlags(role), roleBundle(role), token],
    role,
    name,
    config,
  });
}
