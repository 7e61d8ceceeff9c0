import type { ProviderEntry } from '../entry.ts';
import { embeddedDoctor } from './doctor.ts';
import { embeddedProvider } from './index.ts';
import { embeddedTools } from './tools.ts';

export const embeddedEntry: ProviderEntry = {
  provider: () => embeddedProvider(),
  examine: embeddedDoctor,
  tools: async () => embeddedTools(),
};
