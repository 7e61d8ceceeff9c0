import { reporterNames, standardReporters } from '../reports/names.ts';

/* Flags of the commands that make a report. */

export const forceOption = {
  type: 'boolean',
  default: false,
  describe: 'Replace reports in a folder that midflight has not written',
} as const;

export const jsonOption = {
  type: 'boolean',
  default: false,
  describe: 'Print the report as JSON to standard output',
} as const;

export const quietOption = { type: 'boolean', default: false, describe: 'No progress output' } as const;

export const reporterOption = {
  type: 'string',
  requiresArg: true,
  describe: `Report formats, separated by commas: ${reporterNames.join(', ')}`,
  defaultDescription: standardReporters.join(','),
} as const;
