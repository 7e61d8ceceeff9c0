import { clusterView, type ViewOptions } from '../audit/facts/view.ts';
import type { Snapshot } from '../audit/snapshot.ts';
import { MidflightError } from '../base/errors.ts';
import { capacityNotice } from '../plan/capacity.ts';
import { makePlan } from '../plan/make.ts';
import { presets } from '../presets/index.ts';
import { ScenarioError } from '../scenario/error.ts';
import { parseScenario } from '../scenario/load.ts';
import type { PresetName } from '../scenario/schema.ts';
import { shapeOf } from './read.ts';
import { scaledDown } from './scale.ts';
import type { Shape } from './shape.ts';
import { policiesFor } from './ways.ts';
import { scenarioText } from './write.ts';

export { costLines } from './costs.ts';
export { headLine } from './write.ts';

/** As fast as the machine that most people have can follow, whichever one this runs on. */
const scales = [10, 8, 6, 5, 4, 3, 2, 1];
const cores = 2;

/**
 * The scenario of one Service's path through a cluster, as a file's text: valid input to `run`. `balancer`: as its user
 * named it; null: as the cluster shows it. Pure. Throws `bad-usage` unless the Service is the only one meant, `no-target` if nobody serves it.
 */
export function rehearsalOf(
  snapshot: Snapshot,
  options: ViewOptions,
  balancer: PresetName | null = null,
): { text: string; shape: Shape } {
  const cluster = clusterView(snapshot, options);
  const [view, ...others] = cluster.services;
  if (view === undefined || others.length > 0) {
    const names = cluster.services.map(({ key }) => key);
    const what =
      view === undefined
        ? 'there is no Service of type LoadBalancer or NodePort to rehearse'
        : 'several Services could be meant';
    const hint =
      view === undefined
        ? 'midflight audit lists those that there are'
        : `choose one with --service: ${names.slice(0, 10).join(', ')}`;
    throw new MidflightError('bad-usage', what, { hint });
  }
  const shape = scaledDown(shapeOf(view, cluster, balancer));
  const policies = policiesFor(shape, presets[shape.balancer.preset]);
  for (const timeScale of scales) {
    const text = scenarioText(shape, { policies, timeScale });
    if (timeScale === 1 || keepsUp(text)) return { text, shape };
  }
  throw new MidflightError('internal', 'no time scale is left');
}

/** Whether two cores can do it in time, and nothing becomes too short to be measured. */
function keepsUp(text: string): boolean {
  try {
    return (
      capacityNotice(makePlan(parseScenario(text, 'rehearsal'), { cluster: 'embedded' }), cores) === null
    );
  } catch (error) {
    if (error instanceof ScenarioError) return false;
    throw error;
  }
}
