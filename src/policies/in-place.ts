import type { Switchover } from './strategy.ts';

/** The plain live patch, as people do it. */
export const inPlace: Switchover = ({ setPolicy }, { final }) => setPolicy(final);
