import { packageVersion } from '../../base/package.ts';
import { escapeHtml } from './markup.ts';

/*
 * The place at which the documentation explains a figure of the page. A link loads nothing until somebody follows it.
 */

/** The anchor of the section in docs/report.md, by what it explains. */
export const docsSections = {
  comparison: 'the-comparison',
  path: 'the-path-of-the-streams',
  outages: 'failover-and-outage',
  customers: 'what-customers-see',
  chance: 'is-it-chance',
  nodeLoss: 'if-another-node-died',
  charts: 'the-charts-of-a-trial',
  clocks: 'the-other-clocks',
  lost: 'every-lost-request',
  changes: 'two-reports-side-by-side',
  unknown: 'none---unknown-',
} as const;
export type Topic = keyof typeof docsSections;

/** The documentation of the version that wrote the page: a newer one may count differently. */
const docsPage = (): string =>
  `https://github.com/midflight/midflight/blob/v${packageVersion()}/docs/report.md`;

/** `of`: the name of the figure, for readers who cannot see what is next to the link. */
export const docsLink = (topic: Topic, of: string): string =>
  `<a class="docs" href="${docsPage()}#${docsSections[topic]}" rel="noreferrer" aria-label="docs, how to read: ${escapeHtml(of)}">docs</a>`;
