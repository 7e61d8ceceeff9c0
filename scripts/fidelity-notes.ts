import type { FidelityNote } from './fidelity-tables.ts';

/** Every difference that has been looked into. A table with one that is not here is not written without complaint. */
export const fidelityNotes: readonly FidelityNote[] = [];
