import { type NoticeTraits, notices } from './notices.ts';
import type { ParameterTraits } from './parameters.ts';

/*
 * What each fault of a scenario means, as data: which requests it takes, whether anybody hears of it, how long its notice
 * is, how it is shown. How it is injected is in src/faults, by the same names.
 */

/** The places of a request's path: where the balancer sent it, where the ingress pod runs, where the app pod runs. */
export const pathPlaces = ['transit', 'ingress', 'endpoint'] as const;
export type PathPlace = (typeof pathPlaces)[number];

/** How a node that is hit is shown while the run goes on. `down`: it answers nobody. */
export interface NodeLook {
  readonly word: string;
  readonly down: boolean;
}

export interface FaultTraits {
  /**
   * A request is hit if the target is in one of these places of its path. `pod`: in the place of the pod that is killed,
   * and by that pod itself, not by its node.
   */
  readonly takes: readonly PathPlace[] | 'pod';
  /**
   * What `fault.target` chooses. node: nodes. pod: nodes that run a pod of `fault.pod`, of which one is taken. workload: nothing;
   * the fault takes all pods of `fault.pod`, wherever they run.
   */
  readonly aims: 'node' | 'pod' | 'workload';
  /** The node answers nobody afterwards, without FIN or RST: the balancer ejects it. */
  readonly silencesNode: boolean;
  /** Its kubelet renews its lease no more: Kubernetes marks the node NotReady, and its pods with it. */
  readonly losesLease: boolean;
  /** The node's pods move elsewhere or end in order: under Local the balancer ejects it for that reason alone. */
  readonly emptiesNode: boolean;
  /** Pods are evicted: they get their own grace, and those of DaemonSets stay. */
  readonly evicts: boolean;
  /** The pods that it takes get SIGTERM and then their own grace. False: they get none, or the notice's. */
  readonly ownGrace: boolean;
  /** The notice before it, if a scenario names none: see src/catalogue/notices.ts. Null: it comes without one. */
  readonly notice: NoticeTraits | null;
  /** After a notice: what is then done to the node, in words; null: the fault's own name says it. */
  readonly afterNotice: string | null;
  /** What a scenario may give it beside its target, as keys of `fault`. */
  readonly parameters?: Readonly<Record<string, ParameterTraits>>;
  /** In a sentence: `preemption of spot-1`. */
  readonly noun: string;
  /** From the notice, while it is being injected, and once it has taken hold. */
  readonly looks: { readonly notice?: NodeLook; readonly begin: NodeLook; readonly done: NodeLook };
  /** For the schema: what it does, in a few words. */
  readonly words: string;
}

const down: NodeLook = { word: 'down', down: true };
const same = (word: string, isDown = false) => {
  const look = { word, down: isDown };
  return { begin: look, done: look };
};

/** What all faults share that take one pod and leave its node alone. */
const pod = {
  takes: 'pod',
  aims: 'pod',
  silencesNode: false,
  losesLease: false,
  emptiesNode: false,
  evicts: false,
  notice: null,
  afterNotice: null,
} as const satisfies Partial<FaultTraits>;

/** And those that silence a node at once. */
const silent = {
  takes: pathPlaces,
  aims: 'node',
  silencesNode: true,
  losesLease: true,
  emptiesNode: false,
  evicts: false,
  ownGrace: false,
  notice: null,
  afterNotice: null,
} as const satisfies Partial<FaultTraits>;

const rows = {
  'power-off': {
    ...silent,
    noun: 'power-off',
    looks: { begin: down, done: down },
    words: 'silence: nothing answers, no FIN, no RST, and the pods are dead behind it',
  },
  unplug: {
    ...silent,
    noun: 'unplug',
    looks: same('cut off', true),
    words: 'silence of the network only: the node lives on behind it',
  },
  preempt: {
    takes: pathPlaces,
    aims: 'node',
    silencesNode: true,
    losesLease: true,
    emptiesNode: true,
    evicts: false,
    ownGrace: false,
    notice: notices.gke,
    afterNotice: 'power cut',
    noun: 'preemption',
    looks: { notice: { word: 'being preempted', down: false }, begin: down, done: down },
    words: 'a notice as the cloud gives it, in which pods end, then the power is cut',
  },
  drain: {
    takes: ['ingress', 'endpoint'],
    aims: 'node',
    silencesNode: false,
    losesLease: false,
    emptiesNode: true,
    evicts: true,
    ownGrace: true,
    notice: null,
    afterNotice: null,
    parameters: {
      timeout: {
        form: 'duration',
        least: '1s',
        most: '24h',
        byDefault: '5m',
        words:
          "Of drain, as kubectl drain's --timeout: how long each eviction may take to be accepted, and then its pod to end",
      },
    },
    noun: 'drain',
    looks: { begin: { word: 'being drained', down: false }, done: { word: 'drained', down: false } },
    words: 'cordon and evict, as kubectl drain does',
  },
  'pod-kill': {
    ...pod,
    ownGrace: false,
    noun: 'pod-kill',
    looks: same('without its killed pod'),
    words: 'SIGKILL to one pod: the kernel closes its sockets',
  },
  'pod-delete': {
    ...pod,
    ownGrace: true,
    noun: 'pod deletion',
    looks: same('without its deleted pod'),
    words: 'one pod is deleted: SIGTERM, its own grace, then SIGKILL; its controller makes another',
  },
  rollout: {
    takes: 'pod',
    aims: 'workload',
    silencesNode: false,
    losesLease: false,
    emptiesNode: false,
    evicts: false,
    ownGrace: true,
    notice: null,
    afterNotice: null,
    noun: 'rollout',
    looks: same('with a pod being replaced'),
    words:
      'all pods are replaced as kubectl rollout restart does it, in the steps that strategy and minReady allow',
  },
} as const satisfies Record<string, FaultTraits>;

export type FaultKind = keyof typeof rows;

/** In the order in which they are shown. */
export const faultKinds = Object.keys(rows) as [FaultKind, ...FaultKind[]];

export const faultTraits = rows;

export const isFaultKind = (name: string): name is FaultKind => Object.hasOwn(rows, name);

/** Of a fault that a history names; null: this version does not know it. */
export const traitsOf = (name: string): FaultTraits | null => (isFaultKind(name) ? faultTraits[name] : null);

/** Every parameter of every fault, by its name. */
export const faultParameters: Readonly<Record<string, ParameterTraits>> = Object.assign(
  {},
  ...faultKinds.map((kind): FaultTraits => faultTraits[kind]).map(({ parameters }) => parameters ?? {}),
);

/** It takes the pods of a workload, wherever they run: no target chooses among nodes. */
export const takesWorkload = ({ aims }: FaultTraits): boolean => aims === 'workload';

/** It takes pods, not a node. */
export const takesPod = ({ takes }: FaultTraits): boolean => takes === 'pod';
