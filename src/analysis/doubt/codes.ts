/** Why a trial, or one expectation, is not a pass, as the analysis finds it; the run's own reasons have codes as well. */
export const doubtCodes = [
  /** An expectation was measured and is not met. */
  'not-met',
  /** The figure that an expectation asks for was not measured. */
  'not-measured',
  'late',
  'broken-off',
  'not-completed',
  'local-error',
  'engine-problem',
  'unfinished-requests',
  /** A process of the app or the ingress ended without a fault having asked for it. */
  'process-ended',
  'fault-never-came',
  'fault-without-effect',
  'none-on-target',
  'unexpected-on-target',
  'path-unproven',
  'never-recovered',
  /** More than 1 % of the lost requests have records that contradict each other. */
  'contradictory-evidence',
  /** midflight watch: streams, or probes of a lane, of which not one had a good answer. */
  'never-well',
] as const;
