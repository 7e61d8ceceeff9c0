import type { NodeName } from '../base/units.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { partingOf } from './annotations.ts';
import type { FollowedService } from './targets.ts';

interface PartingOptions {
  readonly preset: PlannedEdge;
  readonly timeScale: number;
  /** Ends what is open on the node. */
  end(node: NodeName, how: PlannedEdge['onRemoved']): void;
}

/** What becomes of what is open on a node that the balancer lets go of: at once, or when the preset's drain is over. */
interface Partings {
  /** The checks found it unhealthy. */
  ejected(node: NodeName, service: FollowedService | null): void;
  /** It left the set of targets. */
  removed(node: NodeName, service: FollowedService | null): void;
  /** It is in use again. */
  cancel(node: NodeName): void;
  stop(): void;
}

export function createPartings({ preset, timeScale, end }: PartingOptions): Partings {
  const drains = new Map<NodeName, NodeJS.Timeout>();
  const drain = (node: NodeName, clusterMs: number, how: PlannedEdge['onRemoved']) => {
    if (drains.has(node)) return;
    const timer = setTimeout(() => {
      drains.delete(node);
      end(node, how);
    }, clusterMs / timeScale);
    drains.set(node, timer);
  };
  return {
    ejected(node, service) {
      const { onEjected, drainTimeoutMs } = partingOf(preset, service);
      if (onEjected === 'reset') end(node, 'reset');
      else if (onEjected === 'drain') drain(node, drainTimeoutMs, 'reset');
    },
    removed(node, service) {
      const { drainTimeoutMs } = partingOf(preset, service);
      if (drainTimeoutMs > 0) drain(node, drainTimeoutMs, preset.onRemoved);
      else end(node, preset.onRemoved);
    },
    cancel(node) {
      clearTimeout(drains.get(node));
      drains.delete(node);
    },
    stop() {
      for (const timer of drains.values()) clearTimeout(timer);
    },
  };
}
