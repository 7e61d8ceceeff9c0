import type { Report } from '../../../src/analysis/schema.ts';

/** The file of src/reports: a pure function of the report. */
export function csvReport({ comparison }: Pick<Report, 'comparison'>): string {
  const rows = comparison.map(({ policy, lost, started, failover }) =>
    [policy ?? 'watch', lost, started, failover?.median ?? ''].join(','),
  );
  return `${['policy,lost,started,failover', ...rows].join('\n')}\n`;
}
