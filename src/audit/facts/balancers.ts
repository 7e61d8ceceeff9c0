import { awsBalancers } from './balancers/aws.ts';
import { azureBalancers } from './balancers/azure.ts';
import { otherCloudBalancers } from './balancers/clouds.ts';
import { googleBalancers } from './balancers/google.ts';
import type { BalancerKind } from './balancers/kind.ts';
import { ownBalancers } from './balancers/own.ts';

const rows = {
  ...googleBalancers,
  ...awsBalancers,
  ...azureBalancers,
  ...otherCloudBalancers,
  ...ownBalancers,
} as const satisfies Record<string, BalancerKind>;

export type BalancerId = keyof typeof rows;
export const balancerIds = Object.keys(rows) as [BalancerId, ...BalancerId[]];
export const balancers: Readonly<Record<BalancerId, BalancerKind>> = rows;
