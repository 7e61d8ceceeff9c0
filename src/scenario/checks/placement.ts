import type { Problem } from '../error.ts';
import type { Sound } from './sound.ts';

type Pool = NonNullable<Sound['nodes']>[number];
type Toleration = NonNullable<Sound['app']>['tolerations'][number];

/** Ingress and app must each have a pool whose labels they select and whose taints they tolerate. */
export function checkPlacement({ nodes, ...parts }: Sound): Problem[] {
  return (['ingress', 'app'] as const).flatMap((part): Problem[] => {
    const placement = parts[part];
    if (nodes === undefined || nodes.length === 0 || placement === undefined) return [];
    const { nodeSelector, tolerations } = placement;
    const wanted = Object.entries(nodeSelector);
    // What the cloud or Kubernetes labels is known once the plan is made.
    const selected = nodes.filter((pool) =>
      wanted.every(([key, value]) => isGiven(key) || hasLabel(pool, key, value)),
    );
    if (selected.length === 0) {
      return [
        {
          path: [part, 'nodeSelector'],
          what: `no pool has the labels that ${part} asks for`,
          hint: 'add them to a pool, or ask for midflight.dev/pool: NAME',
        },
      ];
    }
    if (selected.some((pool) => isOpen(pool, tolerations))) return [];
    return [
      {
        path: [part],
        what: `${part} tolerates the taints of none of its pools`,
        hint: `add a toleration under ${part}.tolerations`,
      },
    ];
  });
}

const hasLabel = ({ name, labels }: Pool, key: string, value: string) =>
  (Object.hasOwn(labels, key) && labels[key] === value) || (key === 'midflight.dev/pool' && value === name);

const isOpen = ({ taints }: Pool, tolerations: readonly Toleration[]) =>
  taints.every(
    (taint) =>
      taint.effect === 'PreferNoSchedule' ||
      tolerations.some(
        ({ key, operator, value, effect }) =>
          (key === undefined || key === taint.key) &&
          (effect === undefined || effect === taint.effect) &&
          (operator === 'Exists' || (value ?? '') === taint.value),
      ),
  );

/** Labels that nodes get from the cloud or from Kubernetes itself. */
const isGiven = (key: string) =>
  /(^|\.)(kubernetes\.io|google\.com|amazonaws\.com|azure\.com|karpenter\.sh)\//.test(key);
