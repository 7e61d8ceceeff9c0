import * as z from 'zod';

const state = z.object({
  waiting: z.object({ reason: z.string(), message: z.string() }).partial().optional(),
  terminated: z.object({ exitCode: z.int() }).partial().optional(),
});
const labels = z.record(z.string(), z.string()).default({});
const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        labels,
        annotations: labels,
        deletionTimestamp: z.string().optional(),
      }),
      status: z
        .object({
          phase: z.string().optional(),
          containerStatuses: z.array(z.object({ state: state.default({}) })).default([]),
        })
        .prefault({}),
    }),
  ),
});

/** A pod of agents' or runners', as far as is asked. */
export type ListedPod = z.infer<typeof podList>['items'][number];

/** The pods in the output of `kubectl get pods -o json`. */
export const podsIn = (json: string): ListedPod[] => podList.parse(JSON.parse(json)).items;
