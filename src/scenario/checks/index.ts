import type { Problem } from '../error.ts';
import { checkAddresses } from './addresses.ts';
import { checkExpectations } from './expectations.ts';
import { checkFault } from './fault.ts';
import { checkLoads } from './load.ts';
import { checkNames } from './names.ts';
import { checkPlacement } from './placement.ts';
import { checkProviders } from './providers.ts';
import { checkService } from './service.ts';
import type { Sound } from './sound.ts';
import { checkTermination } from './termination.ts';

/**
 * What no schema of one field can see: names that must exist, times that must fit together. Each check is done if all
 * that it reads is sound, so that a slip in one part hides no problem of another.
 */
export function crossChecks(sound: Sound, folder: string): Problem[] {
  return [
    ...checkNames(sound),
    ...checkLoads(sound, folder),
    ...checkFault(sound),
    ...checkPlacement(sound),
    ...checkService(sound),
    ...checkTermination(sound),
    ...checkAddresses(sound),
    ...checkProviders(sound),
    ...checkExpectations(sound),
  ];
}
