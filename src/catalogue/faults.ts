import { autoscalerNotice, type NoticeTraits, notices } from './notices.ts';
import type { ParameterTraits } from './parameters.ts';

/*
 * What each fault of a scenario means, as data: which requests it takes, whether anybody is notified, how long its notice
 * is, how it is shown. How it is injected is in src/faults, by the same names.
 */

/** The nodes of a request's path: the one the balancer chose, the ingress pod's, and the app pod's. */
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
  /** The parameter that sets how long the notice is; absent: `fault.notice` names the cloud whose notice it is. */
  readonly noticeLength?: string;
  /** What is done to the node after a notice, in words; null: the fault's own name is enough. */
  readonly afterNotice: string | null;
  /** What a scenario may give it beside its target, as keys of `fault`. */
  readonly parameters?: Readonly<Record<string, ParameterTraits>>;
  /** The pods that it takes are replaced one after the other. */
  readonly oneByOne?: true;
  /** Its nodes live and fail new connections: what they fail is their own doing. */
  readonly failsNew?: true;
  /** The node is kept out of the balancer until then by the exclude label, which the balancer's controller must honour. */
  readonly joins?: true;
  /** It sets the number of pods, which only a Deployment has. */
  readonly scales?: true;
  /**
   * It may be injected into a cluster that midflight has not made: its objects are all that it touches, and what it does ends;
   * or the user says how. only: midflight's own nodes are no machines of the user's.
   */
  readonly onOwnCluster?: 'too' | 'only';
  /** Two commands of the scenario's do it and undo it: `fault.command` and `fault.recover`, each once for each node. */
  readonly byCommands?: true;
  /** Its name in a sentence: `preemption of spot-1`. */
  readonly noun: string;
  /** Words for its phases: from the notice on, while it is being injected, and once it has taken hold. */
  readonly looks: { readonly notice?: NodeLook; readonly begin: NodeLook; readonly done: NodeLook };
  /** What it does, in a few words, for the schema. */
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

/** Those that take pods of a workload in order, wherever they run. */
const workload = {
  ...pod,
  aims: 'workload',
  ownGrace: true,
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

/** How long one part of a fault may take that waits for somebody else. */
const timeout = {
  form: 'duration',
  least: '1s',
  most: '24h',
  byDefault: '5m',
  words:
    "Of drain, as kubectl drain's --timeout: how long each eviction may take to be accepted, and then its pod to end. Of command: how long either of the two may run, and then the node to be Ready again",
} as const satisfies ParameterTraits;

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
    parameters: { timeout },
    onOwnCluster: 'too',
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
    onOwnCluster: 'too',
    noun: 'pod deletion',
    looks: same('without its deleted pod'),
    words: 'one pod is deleted: SIGTERM, its own grace, then SIGKILL; its controller makes another',
  },
  rollout: {
    ...workload,
    oneByOne: true,
    noun: 'rollout',
    looks: same('with a pod being replaced'),
    words:
      'all pods are replaced as kubectl rollout restart does it, in the steps that strategy and minReady allow',
  },
  scale: {
    ...workload,
    scales: true,
    parameters: {
      replicas: {
        form: 'count',
        least: 0,
        most: 100,
        byDefault: 1,
        words: 'Of scale: how many pods there are then',
      },
    },
    noun: 'scaling',
    looks: same('with a pod less'),
    words:
      'the number of pods of a Deployment is set, as the HorizontalPodAutoscaler or kubectl scale does it: those too many get SIGTERM and their own grace',
  },
  'kubelet-stop': {
    takes: [],
    aims: 'node',
    silencesNode: false,
    losesLease: true,
    emptiesNode: false,
    evicts: false,
    ownGrace: false,
    notice: null,
    afterNotice: null,
    noun: 'stop of the kubelet',
    looks: same('without kubelet'),
    words: 'the kubelet stops, so that the node is NotReady after its grace; its pods and kube-proxy go on',
  },
  'scale-down': {
    ...silent,
    notice: autoscalerNotice,
    noticeLength: 'wait',
    afterNotice: 'end of the machine',
    parameters: {
      wait: {
        form: 'duration',
        least: '0s',
        most: '1h',
        byDefault: '5s',
        words:
          "Of scale-down, as the autoscaler's --node-delete-delay-after-taint: from the taint to the end of the machine",
      },
    },
    noun: 'scale-down',
    looks: { notice: { word: 'to be deleted', down: false }, begin: down, done: down },
    words:
      'the cluster autoscaler removes a node that runs nothing of the workload: taint, wait, power cut, Node object deleted',
  },
  'rules-stale': {
    ...pod,
    aims: 'node',
    ownGrace: true,
    failsNew: true,
    noun: 'stale rules',
    looks: same('with stale rules'),
    words:
      'kube-proxy of a node stops updating, and a pod elsewhere is replaced: the node still sends to the old one; embedded only',
  },
  'node-add': {
    takes: [],
    aims: 'node',
    silencesNode: false,
    losesLease: false,
    emptiesNode: false,
    evicts: false,
    ownGrace: false,
    failsNew: true,
    joins: true,
    notice: null,
    afterNotice: null,
    noun: 'joining',
    looks: same('new'),
    words: 'a node that the balancer was kept from becomes one of its targets',
  },
  command: {
    ...silent,
    parameters: { timeout },
    onOwnCluster: 'only',
    byCommands: true,
    noun: 'commanded outage',
    looks: { begin: { word: 'being taken by a command', down: false }, done: down },
    words:
      'a command of yours takes the node, and another of yours gives it back; on a cluster of your own only',
  },
} as const satisfies Record<string, FaultTraits>;

export type FaultKind = keyof typeof rows;

/** The faults' names, in the order in which they are shown. */
export const faultKinds = Object.keys(rows) as [FaultKind, ...FaultKind[]];

export const faultTraits = rows;

export const isFaultKind = (name: string): name is FaultKind => Object.hasOwn(rows, name);

/** The traits of a fault that a history names; null: this version does not know it. */
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
