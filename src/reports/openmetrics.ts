import type { ComparedDisturbance, ComparisonRow, Report } from '../analysis/schema.ts';
import { policyLabel } from './figures.ts';

/*
 * The report as metrics, for Prometheus: a textfile collector reads the file, a push gateway takes it. All are gauges without
 * timestamps, so that it is valid both as OpenMetrics 1.0 and as Prometheus' text format 0.0.4: the second knows no info
 * type, and the textfile collector refuses timestamps (node_exporter, collector/textfile.go). A figure that is unknown has
 * no sample.
 */

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number | null | undefined];

interface Family {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** midflight.prom. Durations are seconds of cluster time, ratios 0 to 1; intervals are 95 %. */
export function openMetricsReport(report: Report): string {
  return `${familiesOf(report)
    .map((family) => familyText(family, { experiment: report.experiment }))
    .join('')}# EOF\n`;
}

const verdicts = ['pass', 'fail', 'unknown'] as const;

function familiesOf(report: Report): Family[] {
  const counted = report.comparison.filter(({ repeats, unknownRepeats }) => repeats > unknownRepeats);
  const policies = report.comparison.map(({ policy }) => policy);
  const each = (pick: (row: ComparisonRow) => readonly Sample[]) =>
    counted.flatMap((row) => labelled({ policy: policyLabel(row.policy) }, pick(row)));
  const disturbances = (pick: (one: ComparedDisturbance) => readonly Sample[]) =>
    each((row) =>
      row.disturbances.flatMap((one) => labelled({ disturbance: one.kind ?? 'none' }, pick(one))),
    );
  return [
    {
      name: 'midflight_run_info',
      help: 'What was run, always 1.',
      samples: [
        [
          {
            provider: report.provider,
            version: report.midflightVersion,
            seed: report.seed,
            outcome: report.outcome,
            verdict: report.verdict,
          },
          1,
        ],
      ],
    },
    {
      name: 'midflight_run_start_timestamp_seconds',
      help: 'When the run began, Unix time.',
      samples: [[{}, Date.parse(report.startedAt) / 1000]],
    },
    {
      name: 'midflight_run_duration_seconds',
      help: 'Real time that the run took.',
      samples: [[{}, report.wallSeconds]],
    },
    {
      name: 'midflight_run_verdict',
      help: '1 for the verdict of the run, 0 for the others.',
      samples: verdicts.map((verdict) => [{ verdict }, report.verdict === verdict ? 1 : 0]),
    },
    {
      name: 'midflight_trials',
      help: 'Trials by policy and verdict.',
      samples: policies.flatMap((policy) =>
        verdicts.map((verdict): Sample => {
          const own = report.trials.filter((trial) => trial.policy === policy && trial.verdict === verdict);
          return [{ policy: policyLabel(policy), verdict }, own.length];
        }),
      ),
    },
    {
      name: 'midflight_streams_started',
      help: 'Slow requests started in the trials that count.',
      samples: each(({ started }) => [[{}, started]]),
    },
    {
      name: 'midflight_streams_lost',
      help: 'Slow requests lost in the trials that count, by cause.',
      samples: each(({ lost, byCause }) =>
        lost === 0 ? [[{ cause: 'none' }, 0]] : Object.entries(byCause).map(([cause, n]) => [{ cause }, n]),
      ),
    },
    {
      name: 'midflight_streams_lost_ratio',
      help: 'Share of slow requests lost, and the ends of its 95 % Wilson interval.',
      samples: each(({ started, lost, interval }) => [
        [{ bound: 'measured' }, started === 0 ? null : lost / started],
        [{ bound: 'low' }, interval?.low],
        [{ bound: 'high' }, interval?.high],
      ]),
    },
    {
      name: 'midflight_streams_expected_lost_ratio',
      help: 'Share that the fault should take, from topology and policy alone.',
      samples: each(({ expectedShare }) => [[{}, expectedShare]]),
    },
    {
      name: 'midflight_failover_seconds',
      help: 'From the disturbance to the first new connection that works again, over repeats.',
      samples: disturbances(({ failover }) => [
        [{ statistic: 'median' }, failover?.median],
        [{ statistic: 'min' }, failover?.min],
        [{ statistic: 'max' }, failover?.max],
        [{ statistic: 'bootstrap-low' }, failover?.bootstrap?.low],
        [{ statistic: 'bootstrap-high' }, failover?.bootstrap?.high],
      ]),
    },
    {
      name: 'midflight_outage_failing_ratio',
      help: 'Share of new connections that failed within outages.',
      samples: disturbances(({ outage }) => [[{}, outage === null ? null : (outage.share ?? 0)]]),
    },
    {
      name: 'midflight_outage_longest_seconds',
      help: 'From the first to the last failed new connection of the longest outage.',
      samples: disturbances(({ outage }) => [[{}, outage?.longestSeconds]]),
    },
    {
      name: 'midflight_customer_requests',
      help: 'What clients behind a CDN would have seen, by code.',
      samples: disturbances(({ customers: { streams, newConnections } }) =>
        (
          [
            ['streams', streams],
            ['new connections', newConnections],
          ] as const
        ).flatMap(([requests, seen]) =>
          seen === null
            ? []
            : labelled({ requests }, [
                [{ code: 'ok' }, seen.ok],
                ...Object.entries(seen.byCdnCode).map(([code, count]): Sample => [{ code }, count]),
                [{ code: 'unclear' }, seen.unclear],
              ]),
        ),
      ),
    },
    {
      name: 'midflight_expectations',
      help: 'Expectations by verdict.',
      samples: verdicts.map((verdict) => [
        { verdict },
        report.expectations.filter((row) => row.verdict === verdict).length,
      ]),
    },
  ];
}

const labelled = (labels: Labels, samples: readonly Sample[]): Sample[] =>
  samples.map(([own, value]) => [{ ...labels, ...own }, value]);

/** The unit is the end of the name, as OpenMetrics has it. */
const unitOf = (name: string) => ['seconds', 'ratio'].find((unit) => name.endsWith(`_${unit}`));

function familyText({ name, help, samples }: Family, common: Labels): string {
  const lines = samples.flatMap(([labels, value]) =>
    value === null || value === undefined || !Number.isFinite(value)
      ? []
      : [`${name}{${labelText({ ...common, ...labels })}} ${value}\n`],
  );
  if (lines.length === 0) return '';
  const unit = unitOf(name);
  return [
    `# TYPE ${name} gauge\n`,
    unit === undefined ? '' : `# UNIT ${name} ${unit}\n`,
    `# HELP ${name} ${escaped(help)}\n`,
    ...lines,
  ].join('');
}

const labelText = (labels: Labels) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}="${escaped(String(value))}"`)
    .join(',');

const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
