import * as z from 'zod';
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
  /** The Service's trafficDistribution, if the policy sets one; else it is as the plan's `service` has it. */
  trafficDistribution: z.enum(['PreferSameNode']).optional(),
});

const faultMeaning = z.object({
  /** In a sentence: `preemption` of a node. */
  noun: z.string(),
  /** What is done to the node after a notice; null: the fault's own name says it. */
  afterNotice: z.string().nullable(),
  /** A request is hit if the target is in one of these places of its path; `pod`: if it goes through a pod that was taken. */
  takes: z.union([z.array(z.enum(pathPlaces)), z.literal('pod')]),
  /** The node answers nobody afterwards. */
  silencesNode: z.boolean(),
  /** What the target chooses. Histories from before this field lack it. */
  aims: z.enum(['node', 'pod', 'workload']).optional(),
  /** Pods get their own grace, and those of DaemonSets stay. */
  evicts: z.boolean(),
  /** The pods that it takes get their own grace. Histories from before this field lack it: then `evicts` says it. */
  ownGrace: z.boolean().optional(),
  /** From the notice to the fault, and of it what ordinary pods get. Milliseconds of cluster time. */
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
