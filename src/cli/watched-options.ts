import { watchDefaults } from './watch-defaults.ts';

/* Flags of the load on a URL, and of its report, on the commands that watch one. */

export const streamsOption = {
  type: 'number',
  default: watchDefaults.streams,
  requiresArg: true,
  describe: 'Slow requests held open',
} as const;

export const stallOption = {
  type: 'string',
  default: watchDefaults.stall,
  requiresArg: true,
  describe: 'How long a stream may be silent before it counts as lost',
} as const;

export const statusOption = {
  type: 'number',
  default: watchDefaults.status,
  requiresArg: true,
  describe: 'Expected status',
} as const;

export const insecureOption = {
  type: 'boolean',
  default: false,
  describe: 'Take any certificate',
} as const;

export const resolveOption = {
  type: 'string',
  requiresArg: true,
  describe: 'HOST:PORT:ADDRESS, as in curl --resolve',
} as const;

export const ownTargetOption = {
  type: 'boolean',
  default: false,
  describe: 'Allow more than 50 streams or 20 probes a second against another machine',
} as const;

export const watchedOutOption = {
  type: 'string',
  requiresArg: true,
  describe: 'Report folder',
  defaultDescription: 'reports/<time>-watch-<host>',
} as const;
