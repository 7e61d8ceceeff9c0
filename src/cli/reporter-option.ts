import { reporterNames, standardReporters } from '../reports/names.ts';

/** `--reporter`, the same on every command that makes a report. */
export const reporterOption = {
  type: 'string',
  requiresArg: true,
  describe: `Forms of the report, separated by commas: ${reporterNames.join(', ')}`,
  defaultDescription: standardReporters.join(','),
} as const;
