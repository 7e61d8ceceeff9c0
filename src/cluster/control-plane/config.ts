import * as z from 'zod';

const realMs = z.number().min(1);

/** Configuration of the control plane's process. All timers are real milliseconds. */
export const controlPlaneConfig = z.object({
  role: z.literal('control-plane'),
  host: z.string(),
  /** 0: any free port. */
  port: z.int().min(0).max(65535),
  /** Marks the process as ours for the parent; of no meaning here. */
  token: z.string().default(''),
  /** Node ports and name suffixes are drawn from it. */
  seed: z.int().default(1),
  /** Divides the durations in objects (tolerationSeconds, minReadySeconds, grace periods). */
  timeScale: z.number().min(1).default(1),
  timers: z.object({
    nodeMonitorGraceMs: realMs,
    nodeMonitorPeriodMs: realMs,
    leaseRenewMs: realMs,
    podEvictionMs: realMs,
  }),
});

export type ControlPlaneConfig = z.infer<typeof controlPlaneConfig>;
export type ControlPlaneTimers = ControlPlaneConfig['timers'];
