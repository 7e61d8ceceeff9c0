import * as z from 'zod';
import type { Nanoseconds } from '../base/units.ts';
import { type AnyKind, anyKind, type ChangeKind } from './change.ts';
import { podTarget } from './kinds/pod.ts';

/** How a node is silenced. off: it is dead behind the silence. unplugged: it lives on. */
const silence = z.enum(['off', 'unplugged']);
export type Silence = z.infer<typeof silence>;

/** Which pods a graceful node shutdown ends first and which last. */
const podClass = z.enum(['ordinary', 'critical']);
export type PodClass = z.infer<typeof podClass>;

/** A change but for how it is made: that is the provider's part. Making it resolves with the instant right before it began. */
type Form<Target, Before, Wanted> = Pick<
  ChangeKind<Target, Before, Wanted, Nanoseconds>,
  'kind' | 'scope' | 'target' | 'before' | 'wanted' | 'describe'
>;
const form = <T, B, W>(one: Form<T, B, W>) => one;
const node = z.object({ node: z.string() });

/** What no API offers, done to a node or a pod: what each effect is, the same on every cluster that can do it. */
export const effectForms = {
  /** Silence: no FIN, no RST, no SYN-ACK. Undone, the node is Ready at its old address. */
  power: form({
    kind: 'node-power',
    scope: 'cluster',
    target: node,
    before: z.object({ address: z.string() }),
    wanted: z.object({ how: silence }),
    describe: (target, { how }) => `node ${target.node} ${how}`,
  }),
  /** SIGTERM to pods as the kubelet's graceful node shutdown does, SIGKILL after the grace (real milliseconds). */
  shutdownPods: form({
    kind: 'pod-shutdown',
    scope: 'cluster',
    target: node,
    before: z.null(),
    wanted: z.object({ which: podClass, graceMs: z.number() }),
    describe: (target, { which }) => `${which} pods of node ${target.node} ended by its shutdown`,
  }),
  /** No lease, no status, no pod started or ended; what runs goes on. Undone, the node is Ready. */
  stopKubelet: form({
    kind: 'kubelet-stop',
    scope: 'cluster',
    target: node,
    before: z.null(),
    wanted: z.record(z.string(), z.never()),
    describe: (target) => `kubelet of node ${target.node} stopped`,
  }),
  /** kube-proxy of a node keeps its rules as they are, and answers health checks as before. Undone, they are current. */
  freezeRules: form({
    kind: 'rules-freeze',
    scope: 'cluster',
    target: node,
    before: z.null(),
    wanted: z.record(z.string(), z.never()),
    describe: (target) => `rules of kube-proxy on node ${target.node} frozen`,
  }),
  /** SIGKILL to all processes of one pod: the kernel closes its sockets. Undone, the pod is Ready again, or gone. */
  killPod: form({
    kind: 'pod-kill',
    scope: 'cluster',
    target: podTarget,
    before: z.null(),
    wanted: z.record(z.string(), z.never()),
    describe: (target) => `pod ${target.namespace}/${target.name} killed`,
  }),
};

type EffectOf<F> = F extends Form<infer T, infer B, infer W> ? ChangeKind<T, B, W, Nanoseconds> : never;

/** The effects that a cluster offers, by presence: one that it cannot do is not there. */
export type Effects = { readonly [Name in keyof typeof effectForms]?: EffectOf<(typeof effectForms)[Name]> };

const kindOf = <T, B, W, R>(kind: ChangeKind<T, B, W, R> | undefined): AnyKind[] =>
  kind === undefined ? [] : [anyKind(kind)];

/** The same as kinds for a journal that is read back. */
export const anyEffects = ({
  power,
  shutdownPods,
  stopKubelet,
  freezeRules,
  killPod,
}: Effects): AnyKind[] => [
  ...kindOf(power),
  ...kindOf(shutdownPods),
  ...kindOf(stopKubelet),
  ...kindOf(freezeRules),
  ...kindOf(killPod),
];
