import type { SwitchoverContext } from './strategy.ts';

/** Whom a change of policy excludes nodes for. */
export const exclusionOwner = ({ namespace, name }: SwitchoverContext['service']): string =>
  `${namespace}/${name}`;
