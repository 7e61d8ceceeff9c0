import { kindConformance } from './kind.ts';

await kindConformance('nftables');
