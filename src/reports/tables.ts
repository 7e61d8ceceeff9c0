import type { Report } from '../analysis/schema.ts';
import {
  differencesRows,
  differencesTitle,
  differencesTitles,
  nodeLossRows,
  nodeLossTitle,
  nodeLossTitles,
  spreadsRows,
  spreadsTitle,
  spreadsTitles,
} from './certainty.ts';
import { customersRows, customersTitle, customersTitles } from './customers.ts';
import { outageRows, outageTitles } from './outages.ts';

/** A table of every form of the report that shows the comparison of policies. */
export interface ReportTable {
  readonly id: 'outages' | 'customers' | 'differences' | 'spreads' | 'node-loss';
  readonly title: string;
  readonly titles: readonly string[];
  readonly rows: readonly string[][];
}

/** The tables below the comparison, in order; a table without rows is left out. */
export const tablesOf = (report: Report): ReportTable[] =>
  (
    [
      { id: 'outages', title: 'When new connections failed', titles: outageTitles, rows: outageRows(report) },
      { id: 'customers', title: customersTitle, titles: customersTitles, rows: customersRows(report) },
      {
        id: 'differences',
        title: differencesTitle,
        titles: differencesTitles,
        rows: differencesRows(report),
      },
      { id: 'spreads', title: spreadsTitle, titles: spreadsTitles, rows: spreadsRows(report) },
      { id: 'node-loss', title: nodeLossTitle, titles: nodeLossTitles, rows: nodeLossRows(report) },
    ] as const
  ).filter(({ rows }) => rows.length > 0);
