import type { Flow, TrialDetail } from '../../analysis/detail.ts';
import { several } from '../certainty.ts';
import { percent, plural, policyLabel, shortened } from '../figures.ts';
import { docsLink } from './docs-link.ts';
import { escapeHtml } from './markup.ts';
import { pathBoxes } from './path-nodes.ts';

/*
 * The way of the streams as a picture, one for each policy: clients, balancer, nodes, ingress pods and app pods. As wide as a
 * phone's screen, so that several fit side by side on a desktop and below each other on a phone. Colours are the page's
 * variables; whatever a colour shows is written in words too.
 */

const width = 340;
const boxHeight = 46;
/** Letters of a name that fit into a node's box, and beside each other above it. */
const boxLetters = 14;
const lineLetters = 40;
const lineHeight = 13;
const top = 26;
/** Left edges and widths of the columns: clients and balancer, nodes, ingress, app. */
const columns = { balancer: 2, node: 84, ingress: 202, app: 278 } as const;
const nodeWidth = 94;
const podWidth = 60;
const balancerWidth = 58;

interface Sums {
  streams: number;
  lost: number;
}

/** From the details of several repeats: one picture of each policy, all repeats together, nodes as in its first. */
export function pathPictures(details: readonly TrialDetail[]): string {
  const policies = [...new Set(details.map(({ policy }) => policy))];
  const pictures = policies.map((policy) =>
    picture(details.filter((detail) => detail.policy === policy && detail.nodes.length > 0)),
  );
  const drawn = pictures.filter((one) => one !== '');
  if (drawn.length === 0) return '';
  return `<section aria-labelledby="path"><h2 id="path">The path of the streams ${docsLink('path', 'the path of the streams')}</h2>
<p class="marks">Shares of all streams, where they went at first; red: lost. A node with a full ring was healthy at the balancer when the fault came, or at the end without a fault; a dashed one was not, and got no new connection. A cross marks a node that was taken, in whichever repeat.</p>
<div class="pictures">${drawn.join('')}</div></section>`;
}

function picture(trials: readonly TrialDetail[]): string {
  const [first] = trials;
  if (first === undefined) return '';
  // Repeats may hit different nodes: the losses of all of them are drawn, so each of them has its cross.
  const taken = new Set(
    trials.flatMap(({ nodes: all }) => all.filter(({ dead }) => dead).map(({ name }) => name)),
  );
  const [ingress, app] = [mostPods(trials, 'ingress'), mostPods(trials, 'app')];
  const { boxes, flows } = pathBoxes(
    first.nodes.map((node) => ({
      ...node,
      dead: taken.has(node.name),
      ingress: ingress.get(node.name) ?? 0,
      app: app.get(node.name) ?? 0,
    })),
    trials.flatMap((trial) => trial.flows),
  );
  const all = sumOf(flows);
  if (all.streams === 0) return '';
  // Long names are above their boxes, whole.
  const above = Math.max(0, ...boxes.map(({ name }) => linesAbove(name).length));
  const rowHeight = boxHeight + above * lineHeight;
  const rows = new Map(boxes.map(({ name }, row) => [name, top + (row + 1) * rowHeight - boxHeight / 2]));
  const yOf = (node: string) => rows.get(node) ?? top;
  const height = top + boxes.length * rowHeight + 8;
  const middle = top + (boxes.length * rowHeight) / 2;
  const transit = grouped(flows, ({ transit: node }) => node);
  const toIngress = grouped(flows, ({ transit: from, ingress }) =>
    from === null || ingress === null ? null : `${from}\n${ingress}`,
  );
  const toApp = grouped(flows, ({ ingress, endpoint }) =>
    ingress === null || endpoint === null ? null : `${ingress}\n${endpoint}`,
  );
  const [balancerRight, nodeRight, ingressRight] = [
    columns.balancer + balancerWidth,
    columns.node + nodeWidth,
    columns.ingress + podWidth,
  ];
  const edges = [
    ...[...transit].map(([node, sums]) => edge(balancerRight, middle, columns.node, yOf(node), sums, all)),
    ...[...toIngress].map(([key, sums]) => {
      const [from = '', to = ''] = key.split('\n');
      return edge(nodeRight, yOf(from), columns.ingress, yOf(to), sums, all);
    }),
    ...[...toApp].map(([key, sums]) => {
      const [from = '', to = ''] = key.split('\n');
      return edge(ingressRight, yOf(from), columns.app, yOf(to), sums, all);
    }),
  ];
  const ingressAt = atNode(flows, ({ ingress }) => ingress);
  const appAt = atNode(flows, ({ endpoint }) => endpoint);
  const nodes = boxes.flatMap((node) => {
    const y = yOf(node.name);
    const sums = transit.get(node.name) ?? { streams: 0, lost: 0 };
    return [
      nodeBox(node, y, sums, all),
      ...(node.ingress > 0
        ? [podBox(columns.ingress, y, 'ingress', node.ingress, ingressAt.get(node.name), all)]
        : []),
      ...(node.app > 0 ? [podBox(columns.app, y, 'app', node.app, appAt.get(node.name), all)] : []),
    ];
  });
  const unknown = all.streams - [...transit.values()].reduce((sum, { streams }) => sum + streams, 0);
  const healthy = first.nodes.filter(({ green }) => green).map(({ name }) => name);
  const said = `${policyLabel(first.policy)}: ${all.streams} ${plural(all.streams, 'stream')}, ${all.lost} lost. Healthy at the balancer: ${healthy.length === 0 ? 'none' : healthyWords(healthy, first.nodes.length)}.${unknown === 0 ? '' : ` The way of ${unknown} is not known.`}`;
  const shares = boxes.map(({ name }) => {
    const sums = transit.get(name) ?? { streams: 0, lost: 0 };
    return `${name} carried ${percent(sums.streams / all.streams)}, ${sums.lost} lost`;
  });
  return `<figure class="path"><figcaption><span class="what">${escapeHtml(said)}</span></figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${said} ${shares.join('; ')}.`)}">
${heads()}${edges.join('')}${balancer(middle)}${nodes.join('')}</svg></figure>`;
}

/** By node, the most pods in any repeat: they may come to another node in another one, and streams with them. */
function mostPods(trials: readonly TrialDetail[], part: 'ingress' | 'app'): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const node of trials.flatMap(({ nodes }) => nodes))
    most.set(node.name, Math.max(node[part], most.get(node.name) ?? 0));
  return most;
}

/** All by name while they are few. */
const healthyWords = (healthy: readonly string[], all: number): string =>
  healthy.length <= 12 ? healthy.join(', ') : `${healthy.length} of ${all} nodes (${several(healthy)})`;

const heads = () =>
  (
    [
      [columns.balancer, 'clients'],
      [columns.node, 'nodes'],
      [columns.ingress, 'ingress'],
      [columns.app, 'app'],
    ] as const
  )
    .map(([x, word]) => `<text x="${x}" y="13" class="head">${word}</text>`)
    .join('');

function sumOf(flows: readonly Flow[]): Sums {
  return flows.reduce(
    (sum, { streams, lost }) => ({ streams: sum.streams + streams, lost: sum.lost + lost }),
    { streams: 0, lost: 0 },
  );
}

/** Sums by key; what has none is left out. */
function grouped(flows: readonly Flow[], keyOf: (flow: Flow) => string | null): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const flow of flows) {
    const key = keyOf(flow);
    if (key === null) continue;
    const sum = sums.get(key) ?? { streams: 0, lost: 0 };
    sums.set(key, { streams: sum.streams + flow.streams, lost: sum.lost + flow.lost });
  }
  return sums;
}

const atNode = grouped;

/** A curve as thick as its share; the red part of it was lost. */
function edge(x1: number, y1: number, x2: number, y2: number, { streams, lost }: Sums, all: Sums): string {
  const bend = (x1 + x2) / 2;
  const d = `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
  const thick = (count: number) => Math.max(1, (count / all.streams) * 22).toFixed(1);
  const line = (count: number, kind: string) =>
    count === 0 ? '' : `<path d="${d}" class="${kind}" stroke-width="${thick(count)}"/>`;
  return `${line(streams, 'way')}${line(lost, 'way gone')}`;
}

const balancer = (middle: number) =>
  `<rect x="${columns.balancer}" y="${middle - 20}" width="${balancerWidth}" height="40" rx="6" class="box"/><text x="${columns.balancer + balancerWidth / 2}" y="${middle - 3}" class="mid">load</text><text x="${columns.balancer + balancerWidth / 2}" y="${middle + 11}" class="mid">balancer</text>`;

/** The lines of a name above its box; none: it fits into it. */
function linesAbove(name: string): string[] {
  if (name.length <= boxLetters) return [];
  return name.match(new RegExp(`.{1,${lineLetters}}`, 'gu')) ?? [];
}

function nodeBox(
  node: ReturnType<typeof pathBoxes>['boxes'][number],
  y: number,
  sums: Sums,
  all: Sums,
): string {
  const { name, green, dead, members } = node;
  const kind = `box ${green ? 'held' : 'out'}`;
  const x = columns.node;
  const lost = sums.lost === 0 ? '' : `<tspan class="bad">, ${sums.lost} lost</tspan>`;
  const cross = dead ? `<path d="M${x + nodeWidth - 6} ${y - 26}l12 12m0 -12l-12 12" class="cross"/>` : '';
  const lines = linesAbove(name);
  const label =
    lines.length === 0
      ? `<text x="${x + 6}" y="${y - 5}">${escapeHtml(name)}</text>`
      : `${lines
          .map(
            (line, at) =>
              `<text x="${x}" y="${y - 25 - (lines.length - 1 - at) * lineHeight}" class="name">${escapeHtml(line)}</text>`,
          )
          .join('')}<text x="${x + 6}" y="${y - 5}">${green ? 'healthy' : 'not healthy'}</text>`;
  const state = `${members.length === 1 ? name : `${name} (${several(members)})`}: ${green ? 'healthy' : 'not healthy'} at the balancer${dead ? ', taken by the fault' : ''}; ${sums.streams} streams, ${sums.lost} lost`;
  return `<g><title>${escapeHtml(state)}</title><rect x="${x}" y="${y - 20}" width="${nodeWidth}" height="40" rx="6" class="${kind}"/>${label}<text x="${x + 6}" y="${y + 12}" class="share">${percent(sums.streams / all.streams)}${lost}</text>${cross}</g>`;
}

function podBox(x: number, y: number, what: string, pods: number, sums: Sums | undefined, all: Sums): string {
  const { streams, lost } = sums ?? { streams: 0, lost: 0 };
  const gone = lost === 0 ? '' : `<tspan class="bad"> -${lost}</tspan>`;
  const title = `${pods} ${what} ${plural(pods, 'pod')}: ${streams} streams, ${lost} lost`;
  return `<g><title>${title}</title><rect x="${x}" y="${y - 17}" width="${podWidth}" height="34" rx="6" class="box"/><text x="${x + 5}" y="${y - 3}">${shortened(`${pods} ${what}`, 9)}</text><text x="${x + 5}" y="${y + 12}" class="share">${percent(streams / all.streams)}${gone}</text></g>`;
}
