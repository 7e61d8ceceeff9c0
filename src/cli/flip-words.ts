import { visibleLine } from '../base/visible.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import { switchovers } from '../catalogue/switchovers.ts';
import type { FlipChoice, PlannedStep } from '../run/flip/plan.ts';
import type { AnsweredTarget } from './flip-question.ts';

interface ShownPlan {
  readonly target: AnsweredTarget;
  readonly to: TrafficPolicy;
  readonly choices: readonly FlipChoice[];
  readonly choice: FlipChoice;
  readonly steps: readonly PlannedStep[];
  readonly withCalls: boolean;
}

/** The plan for a person: what is found, what each way costs, and the steps of the one that is taken. */
export function flipWords({ target, to, choices, choice, steps, withCalls }: ShownPlan): string {
  const { service, edge, evidence, findings, opened } = target;
  const lines = [
    `${service.namespace}/${service.name} on context ${opened.context}: externalTrafficPolicy ${service.policy} -> ${to}`,
    `load balancer: ${edge.preset} (${evidence})`,
    ...findings.map(({ severity, id, summary }) => `  ${severity.toUpperCase()} ${id}: ${summary}`),
    '',
    'what each way costs, as measured on the embedded cluster in front of this balancer:',
    ...choices.map((one) => `${one === choice ? '>' : ' '} ${one.strategy}: ${costOf(one)}`),
    '',
    `${choice.strategy}: ${switchovers[choice.strategy].words}`,
    ...steps.flatMap((step, index) => stepLines(step, index, withCalls)),
    'at the end all stays as the last step leaves it; if the flip is stopped, its steps are undone, the last first',
  ];
  return `${lines.map((line) => (line === '' ? '' : `${/^ */.exec(line)?.[0] ?? ''}${visibleLine(line)}`)).join('\n')}\n`;
}

function costOf({ refusal, measured }: FlipChoice): string {
  if (refusal !== null) return refusal;
  if (measured === undefined) return 'not measured';
  const { failed, sent, failedSeconds, streamsLost, streams, totalSeconds } = measured;
  const how = failed === 0 ? '' : ` for ${failedSeconds.toFixed(1)} s`;
  const took = totalSeconds === null ? 'one patch' : `${Math.round(totalSeconds)} s`;
  return `${failed} of ${sent} new connections failed${how}, ${streamsLost} of ${streams} streams lost, ${took}`;
}

function stepLines({ name, calls, waitsFor }: PlannedStep, index: number, withCalls: boolean): string[] {
  const first = `${index + 1}. ${name}: ${calls.length === 0 ? 'nothing to change' : `${calls.length} call${calls.length === 1 ? '' : 's'} of the API`}`;
  const shown = withCalls
    ? calls.map(
        ({ method, path, body }) => `   ${method} ${path}${body === null ? '' : ` ${JSON.stringify(body)}`}`,
      )
    : [];
  const wait = waitsFor === null ? [] : [`   waits for ${waitsFor}, and for clients to be well`];
  return [first, ...shown, ...wait];
}
