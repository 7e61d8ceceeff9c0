import * as z from 'zod';
import { arrangementNames } from '../../catalogue/arrangements.ts';
import { pathPlaces } from '../../catalogue/faults.ts';
import { trafficPolicies } from '../../catalogue/policies.ts';

/*
 * What a trial's policy and fault meant when it was run, so that a report needs no table of names to know it.
 */

export const policyMeaning = z.object({
  /** externalTrafficPolicy before any load begins, and what clients meet in the end. */
  initial: z.enum(trafficPolicies),
  final: z.enum(trafficPolicies),
  /** How it is changed under load; null: it is not. */
  switchover: z.string().nullable(),
  /** The policy changes in one step of several, so later than the switchover begins. Absent: at once, or the history is older. */
  inSteps: z.literal(true).optional(),
  /** The Service's trafficDistribution, if the policy sets one; else it is as the plan's `service` has it. */
  trafficDistribution: z.enum(['PreferSameNode']).optional(),
  /** What else was arranged throughout; absent: nothing. */
  arrangement: z.enum(arrangementNames).optional(),
});

const faultMeaning = z.object({
  /** The fault's name in a sentence: `preemption` of a node. */
  noun: z.string(),
  /** What is done to the node after a notice; null: the fault's own name is enough. */
  afterNotice: z.string().nullable(),
  /** A request is hit if the target is in one of these places of its path; `pod`: if it goes through a pod that was taken. */
  takes: z.union([z.array(z.enum(pathPlaces)), z.literal('pod')]),
  /** The node answers nobody afterwards. */
  silencesNode: z.boolean(),
  /** Its nodes live and fail new connections. Absent: they do not. */
  failsNew: z.boolean().optional(),
  /** What the target chooses. Histories from before this field lack it. */
  aims: z.enum(['node', 'pod', 'workload']).optional(),
  /** Pods get their own grace, and those of DaemonSets stay. */
  evicts: z.boolean(),
  /** The pods that it takes get their own grace. Histories from before this field lack it: then `evicts` decides. */
  ownGrace: z.boolean().optional(),
  /** The time from the notice to the fault, and the part of it that ordinary pods get. Milliseconds of cluster time. */
  notice: z
    .object({
      ms: z.number(),
      ordinaryMs: z.number(),
      /** Who ends the pods; a handler leaves those of DaemonSets. Histories from before this field lack it: the kubelet. */
      endedBy: z.enum(['kubelet', 'handler']).optional(),
    })
    .nullable(),
});

export const trialMeaning = z.object({
  policy: policyMeaning.nullable(),
  fault: faultMeaning.nullable(),
});
export type PolicyMeaning = z.infer<typeof policyMeaning>;
export type FaultMeaning = z.infer<typeof faultMeaning>;
export type TrialMeaning = z.infer<typeof trialMeaning>;
