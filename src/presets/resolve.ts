import { MidflightError } from '../base/errors.ts';
import { parseDuration } from '../base/units.ts';
import type { PresetAlias, PresetName, Scenario } from '../scenario/schema.ts';
import { aliases, presets } from './list.ts';
import type { PlannedCheck, PlannedEdge, PlannedHttp } from './schema.ts';

type Overrides = Scenario['edge']['overrides'];
type CheckOverrides = NonNullable<NonNullable<Overrides['checks']>['Cluster']>;

/**
 * The preset with the scenario's overrides laid over it, durations in milliseconds of cluster time.
 * A check of another kind or port than the preset's takes its other figures from the preset all the same.
 * `notices`: what an alias was taken for. Throws `bad-scenario` for a duration that does not parse (the scenario's schema refuses it before).
 */
export function resolveEdge(
  preset: PresetName | PresetAlias,
  overrides: Overrides = {},
): { edge: PlannedEdge; notices: string[] } {
  const alias = isAlias(preset) ? aliases[preset] : null;
  const base = presets[isAlias(preset) ? aliases[preset].preset : preset];
  const { mode, onEjected, allUnhealthy, noTarget, checks } = overrides;
  const edge: PlannedEdge = {
    ...base,
    ...(base.http === undefined ? {} : { http: httpWith(base.http, overrides) }),
    mode: mode ?? base.mode,
    checks: {
      Cluster: checkWith(base.checks.Cluster, checks?.Cluster),
      Local: checkWith(base.checks.Local, checks?.Local),
    },
    reconcileDelayMs: ms(overrides.reconcileDelay) ?? base.reconcileDelayMs,
    onEjected: onEjected ?? base.onEjected,
    drainTimeoutMs: ms(overrides.drainTimeout) ?? base.drainTimeoutMs,
    onRemoved: overrides.onRemoved ?? removedWith(base, overrides),
    allUnhealthy: allUnhealthy ?? base.allUnhealthy,
    ...(overrides.crossZone === undefined ? {} : { crossZone: overrides.crossZone }),
    ...(overrides.zoneDelay === undefined ? {} : { zoneDelayMs: ms(overrides.zoneDelay) ?? 0 }),
    panicThreshold: overrides.panicThreshold ?? base.panicThreshold,
    newTarget: overrides.newTarget ?? base.newTarget,
    onFlip: overrides.onFlip ?? base.onFlip,
    addressGoneMs: ms(overrides.addressGone) ?? base.addressGoneMs,
    groupSwapMs: ms(overrides.groupSwap) ?? base.groupSwapMs,
    verdictDelayMs: ms(overrides.verdictDelay) ?? base.verdictDelayMs,
    removalDelayMs: ms(overrides.removalDelay) ?? base.removalDelayMs,
    noTarget: noTarget ?? base.noTarget,
    sourceRanges: overrides.sourceRanges ?? base.sourceRanges,
    upstreamConnectTimeoutMs: ms(overrides.upstreamConnectTimeout) ?? base.upstreamConnectTimeoutMs,
  };
  const changed = Object.keys(overrides);
  if (changed.length > 0) edge.source = `${base.source}; overridden by the scenario: ${changed.join(', ')}`;
  return { edge, notices: alias === null ? [] : [alias.notice] };
}

const httpWith = (base: PlannedHttp, { idleTimeout }: Overrides): PlannedHttp => ({
  ...base,
  idleTimeoutMs: ms(idleTimeout) ?? base.idleTimeoutMs,
});

const isAlias = (preset: PresetName | PresetAlias): preset is PresetAlias => preset in aliases;

/** A scenario that resets or drains connections of ejected nodes means those of removed nodes as well. */
function removedWith(base: PlannedEdge, { onEjected, drainTimeout }: Overrides): PlannedEdge['onRemoved'] {
  const resets = onEjected === 'reset' || onEjected === 'drain' || drainTimeout !== undefined;
  return resets && base.onRemoved === 'persist' ? 'reset' : base.onRemoved;
}

function checkWith(base: PlannedCheck, overrides: CheckOverrides = {}): PlannedCheck {
  return {
    kind: overrides.kind ?? base.kind,
    port: overrides.port ?? base.port,
    path: overrides.path ?? (base.path === '' ? '/healthz' : base.path),
    intervalMs: ms(overrides.interval) ?? base.intervalMs,
    timeoutMs: ms(overrides.timeout) ?? base.timeoutMs,
    unhealthyThreshold: overrides.unhealthyThreshold ?? base.unhealthyThreshold,
    healthyThreshold: overrides.healthyThreshold ?? base.healthyThreshold,
    // Of the port and path that the preset asks.
    ...(base.statuses === undefined || asksElsewhere(overrides) ? {} : { statuses: base.statuses }),
  };
}

const asksElsewhere = ({ kind, port, path }: CheckOverrides): boolean =>
  kind !== undefined || port !== undefined || path !== undefined;

function ms(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if (parsed === undefined) {
    throw new MidflightError('bad-scenario', `'${text}' is no duration`, {
      hint: 'write 250ms, 10s or 1m30s',
    });
  }
  return parsed;
}
