import { packageVersion } from '../../base/package.ts';
import { escapeHtml } from './markup.ts';

/*
 * Where the documentation explains a figure of the page. A link asks for nothing until somebody follows it.
 */

/** By what it explains, the section's anchor in docs/report.md. */
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

/** Of the version that wrote the page: a newer one may count differently. */
const docsPage = (): string =>
  `https://github.com/midflight/midflight/blob/v${packageVersion()}/docs/report.md`;

/** `of`: the name of the figure, for who cannot see where the link stands. */
export const docsLink = (topic: Topic, of: string): string =>
  `<a class="docs" href="${docsPage()}#${docsSections[topic]}" rel="noreferrer" aria-label="How to read: ${escapeHtml(of)}">docs</a>`;
