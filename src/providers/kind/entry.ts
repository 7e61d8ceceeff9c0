import type { ProviderEntry } from '../entry.ts';
import { kindDoctor } from './doctor.ts';
import { kindProvider } from './index.ts';
import { requireKind } from './require.ts';
import { kindStrays } from './strays.ts';
import { kindTools } from './tools.ts';

export const kindEntry: ProviderEntry = {
  provider: ({ keep, reuse, kindConfig }) => kindProvider({ keep, reuse, config: kindConfig }),
  examine: kindDoctor,
  check: requireKind,
  tools: kindTools,
  strays: kindStrays,
};
