import type { Measured, Part } from './result.ts';
import { ranExperiment } from './support/experiment.ts';

/** Sixty trials of the first experiment as its user runs them, and what one and three of them take on one cluster. */
export const trialsPart: Part = {
  name: 'trials',
  limitSeconds: 900,
  async run(progress) {
    progress('one trial');
    const one = await ranExperiment([...alone, '--repeats', '1']);
    progress('three trials, one after the other');
    const three = await ranExperiment([...alone, '--repeats', '3']);
    progress('60 trials');
    const sixty = await ranExperiment(['preemption', '--repeats', '20', '--parallel', '4']);
    return measured(one, three, sixty);
  },
};

const alone = ['preemption', '--policy', 'Cluster', '--parallel', '1'];
type Ran = Awaited<ReturnType<typeof ranExperiment>>;

function measured(one: Ran, three: Ran, sixty: Ran): Measured {
  const each = (three.cpuSeconds - one.cpuSeconds) / 2;
  const perTrial = (ran: Ran) => ran.cpuSeconds / ran.trials;
  return {
    title: 'Sixty trials of preemption',
    how: [
      'One trial under Cluster, then three one after the other on one cluster: what a further trial takes, and so what the start of the',
      'program and of its cluster does. Then `--repeats 20 --parallel 4`: sixty trials on as many clusters as the machine has room for (three on two cores). CPU seconds of all processes.',
    ],
    columns: [
      { key: 'seconds', title: 'wall s', digits: 1 },
      { key: 'cpuSeconds', title: 'CPU s', digits: 1 },
      { key: 'perTrial', title: 'CPU s each', digits: 2 },
      { key: 'trials', title: 'trials', digits: 0 },
      { key: 'unknown', title: 'unknown', digits: 0 },
      { key: 'again', title: 'run again alone', digits: 0 },
    ],
    rows: [
      { name: 'one', figures: { ...one, perTrial: perTrial(one) } },
      { name: 'three on one cluster', figures: { ...three, perTrial: perTrial(three) } },
      { name: 'a further trial', figures: { cpuSeconds: each } },
      { name: 'start of program and cluster', figures: { cpuSeconds: one.cpuSeconds - each } },
      { name: 'sixty', figures: { ...sixty, perTrial: perTrial(sixty) } },
    ],
    targets: [
      { what: 'sixty trials: wall', measured: sixty.seconds, limit: 240, unit: 's', kind: 'at-most' },
      { what: 'sixty trials: unknown', measured: sixty.unknown, limit: 0, unit: '', kind: 'at-most' },
    ],
  };
}
