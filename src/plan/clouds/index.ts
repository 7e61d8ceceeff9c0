import type { CloudName } from '../../scenario/schema.ts';
import { aks } from './aks.ts';
import { eks } from './eks.ts';
import { gke } from './gke.ts';
import type { CloudLabels } from './labels.ts';

export const clouds: Record<CloudName, CloudLabels> = { gke, eks, aks };
