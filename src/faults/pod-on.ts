import { MidflightError } from '../base/errors.ts';
import type { NodeName } from '../base/units.ts';
import type { PodTarget } from '../changes/kinds/pod.ts';
import type { FaultContext } from './fault.ts';

/** The first pod of `fault.pod` on a node. Throws `fault-failed` if none runs there. */
export async function podOn(
  context: Pick<FaultContext, 'podsOn' | 'pod'>,
  node: NodeName,
): Promise<PodTarget> {
  const [found] = await context.podsOn(node, context.pod);
  if (found === undefined) {
    throw new MidflightError('fault-failed', `no ${context.pod} pod runs on ${node}`, {
      hint: `let fault.target.runs be '${context.pod}'`,
    });
  }
  const { ownerKind: _, ...target } = found;
  return target;
}
