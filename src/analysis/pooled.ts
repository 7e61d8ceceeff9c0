import { clockCodes } from '../catalogue/clock-codes.ts';
import { disturbanceKinds } from '../catalogue/disturbances.ts';
import { addCounts } from './build/count.ts';
import type {
  ClockGap,
  ComparedDisturbance,
  Customers,
  CustomersView,
  DisturbanceReport,
  TrialReport,
} from './schema.ts';
import { spread } from './spread.ts';

/** The disturbances of some trials by kind, in a fixed order, and at the end what was lost outside of any. */
export function pooled(trials: readonly TrialReport[]): ComparedDisturbance[] {
  const all = trials.flatMap(({ disturbances }) => disturbances);
  const rows = disturbanceKinds.flatMap((kind) => {
    const own = all.filter((one) => one.kind === kind);
    return own.length === 0 ? [] : [{ ...sharedOf(own), kind }];
  });
  const outside = trials.flatMap((trial) => (trial.outside === null ? [] : [trial.outside]));
  if (outside.length === 0) return rows;
  const view = addViews(outside);
  const { sent, ok } = view.streams;
  return [
    ...rows,
    { kind: null, failover: null, failoverGaps: [], outage: null, requestsLost: sent - ok, customers: view },
  ];
}

function sharedOf(own: readonly DisturbanceReport[]): Omit<ComparedDisturbance, 'kind'> {
  return {
    failover: spread(own),
    failoverGaps: gapsOf(own),
    outage: outageOf(own),
    requestsLost: own.reduce((sum, { requestsLost }) => sum + requestsLost, 0),
    customers: addViews(own.map(({ customers }) => customers)),
  };
}

function gapsOf(own: readonly DisturbanceReport[]): ClockGap[] {
  const notes = own.flatMap(({ clockNotes: { failover } }) => (failover === undefined ? [] : [failover]));
  return clockCodes.flatMap((code) => {
    const found = notes.filter((note) => note.code === code);
    if (found.length === 0) return [];
    const bounds = found.flatMap(({ atLeastSeconds }) => (atLeastSeconds === null ? [] : [atLeastSeconds]));
    return [
      { code, repeats: found.length, atLeastSeconds: bounds.length === 0 ? null : Math.max(...bounds) },
    ];
  });
}

function outageOf(own: readonly DisturbanceReport[]): ComparedDisturbance['outage'] {
  const probed = own.flatMap(({ outages }) => (outages === null ? [] : [outages]));
  if (probed.length === 0) return null;
  const outages = probed.flat();
  const sent = outages.reduce((sum, outage) => sum + outage.sent, 0);
  const failed = outages.reduce((sum, outage) => sum + outage.failed, 0);
  const longestSeconds = Math.max(0, ...outages.map(({ lastedSeconds }) => lastedSeconds));
  return { sent, failed, share: sent === 0 ? null : failed / sent, longestSeconds };
}

function addViews(views: readonly CustomersView[]): CustomersView {
  const probed = views.flatMap(({ newConnections }) => (newConnections === null ? [] : [newConnections]));
  return {
    streams: addCustomers(views.map(({ streams }) => streams)),
    newConnections: probed.length === 0 ? null : addCustomers(probed),
  };
}

function addCustomers(all: readonly Customers[]): Customers {
  const sum = (pick: (one: Customers) => number) => all.reduce((total, one) => total + pick(one), 0);
  return {
    sent: sum(({ sent }) => sent),
    ok: sum(({ ok }) => ok),
    byCdnCode: addCounts(all.map(({ byCdnCode }) => byCdnCode)),
    unclear: sum(({ unclear }) => unclear),
  };
}
