import { MidflightError } from '../base/errors.ts';
import { faultShapes } from '../plan/fault-shape.ts';
import type { Fault, FaultContext } from './fault.ts';

/** How long a killed pod may take to be Ready again, cluster time; generous, as back-off may add to it. */
const readyWithin = 120_000;

/** SIGKILL to the ingress or app pod on the node: the kernel closes its sockets, so clients hear of it at once. */
export const podKill: Fault = {
  kind: 'pod-kill',
  ...faultShapes['pod-kill'],
  async inject(context, node) {
    const [victim] = await context.podsOn(node, context.pod);
    if (victim === undefined) {
      throw new MidflightError('fault-failed', `no ${context.pod} pod runs on ${node}`, {
        hint: `let fault.target.runs be '${context.pod}'`,
      });
    }
    context.began(await context.power.killPod(victim), `pod ${victim.name} killed`);
    return { affected: 1, detail: `pod ${victim.name} is dead` };
  },
  recover: (context, node) => allReady(context, node),
};

async function allReady(context: FaultContext, node: string): Promise<void> {
  for (let waited = 0; waited < readyWithin; waited += 1000) {
    const states = await Promise.all(
      (await context.podsOn(node, context.pod)).map((pod) => isReady(context, pod)),
    );
    if (states.length > 0 && states.every(Boolean)) return;
    await context.sleep(1000);
  }
  throw new MidflightError('fault-failed', `the ${context.pod} pod on ${node} is not Ready again`, {
    hint: `kubectl describe pods --all-namespaces --field-selector spec.nodeName=${node}`,
  });
}

async function isReady(context: FaultContext, pod: { namespace: string; name: string }): Promise<boolean> {
  const { status } = await context.core.readNamespacedPod({ namespace: pod.namespace, name: pod.name });
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
