import * as z from 'zod';
import { labels, labelValue, taintKey } from './labels.ts';
import { name } from './scalars.ts';

export const effect = z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']);

const taint = z.strictObject({
  key: taintKey.describe("The taint's key"),
  value: labelValue.default('').describe("The taint's value"),
  effect: effect.default('NoSchedule').describe('What it does to pods that do not tolerate it'),
});

const cloudNames = ['gke', 'eks', 'aks'] as const;
export const cloudName = z.enum(cloudNames);
export type CloudName = (typeof cloudNames)[number];

export const pool = z.strictObject({
  name: name.describe('Nodes are named after it: stable-0, stable-1, …'),
  count: z.int().min(1).max(200).describe('How many nodes'),
  preemptible: z
    .boolean()
    .default(false)
    .describe("Gives the nodes the real labels of the cloud's preemptible or spot nodes"),
  zone: name.optional().describe('Their topology.kubernetes.io/zone'),
  labels: labels.default({}).describe('Labels of its nodes; midflight.dev/pool is always among them'),
  taints: z.array(taint).default([]).describe('Taints of its nodes'),
});
