import type { Flow, TrialDetail } from '../../analysis/detail.ts';

type PathNode = TrialDetail['nodes'][number];

/** Nodes that one picture draws each for itself; in a larger cluster those that are alike are one box. */
const mostAlone = 12;
/** Fewer than this are not worth a box of their own. */
const fewest = 3;

/** What the picture draws as one box: a node, or all that are alike. */
interface PathBox extends PathNode {
  /** One node's own name; for several, how many they are. */
  readonly name: string;
  readonly members: readonly string[];
}

/** Boxes of a trial's nodes in their order, and its flows between boxes. */
export function pathBoxes(
  nodes: readonly PathNode[],
  flows: readonly Flow[],
): { readonly boxes: readonly PathBox[]; readonly flows: readonly Flow[] } {
  const alone = (node: PathNode): PathBox => ({ ...node, members: [node.name] });
  if (nodes.length <= mostAlone) return { boxes: nodes.map(alone), flows };
  const losing = new Set(flows.flatMap(({ transit, lost }) => (lost > 0 ? [transit] : [])));
  const groups = new Map<string, PathNode[]>();
  for (const node of nodes) {
    const key = JSON.stringify([node.green, node.dead, node.ingress, node.app, losing.has(node.name)]);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const boxes = [...groups.values()].flatMap((alike): PathBox[] => {
    const [first] = alike;
    if (first === undefined || alike.length < fewest) return alike.map(alone);
    const ofAll = (key: 'ingress' | 'app') => alike.reduce((sum, node) => sum + node[key], 0);
    return [
      {
        ...first,
        name: commonName(alike, nodes),
        members: alike.map(({ name }) => name),
        ingress: ofAll('ingress'),
        app: ofAll('app'),
      },
    ];
  });
  const boxOf = new Map(boxes.flatMap(({ name, members }) => members.map((member) => [member, name])));
  const place = (node: string | null) => (node === null ? null : (boxOf.get(node) ?? node));
  return {
    boxes,
    flows: flows.map((flow) => ({
      ...flow,
      transit: place(flow.transit),
      ingress: place(flow.ingress),
      endpoint: place(flow.endpoint),
    })),
  };
}

/** `177 nodes`; with the first of them if as many others are alike in another way, so that each box has a name of its own. */
function commonName(alike: readonly PathNode[], all: readonly PathNode[]): string {
  return alike.length * 2 > all.length ? `${alike.length} nodes` : `${alike.length} like ${alike[0]?.name}`;
}
