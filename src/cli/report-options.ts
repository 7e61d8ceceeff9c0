import { reporterNames, standardReporters } from '../reports/names.ts';

/* Flags of the commands that make a report. */

export const forceOption = {
  type: 'boolean',
  default: false,
  describe: 'Replace reports in a folder that no run has written',
} as const;

export const jsonOption = {
  type: 'boolean',
  default: false,
  describe: 'The report as JSON to standard output',
} as const;

export const quietOption = { type: 'boolean', default: false, describe: 'No progress' } as const;

export const reporterOption = {
  type: 'string',
  requiresArg: true,
  describe: `Forms of the report, separated by commas: ${reporterNames.join(', ')}`,
  defaultDescription: standardReporters.join(','),
} as const;
