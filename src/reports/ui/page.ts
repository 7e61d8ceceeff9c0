import { createHash } from 'node:crypto';
import { escapeHtml } from '../html/markup.ts';

/*
 * The page of --ui: the path of the streams while a run goes on. It draws each frame and loads nothing else.
 */

const style = `
:root { color-scheme: light dark; --ground: #fff; --panel: #f5f6f8; --ink: #1c2330; --muted: #5d6776;
  --good: #1a7f4b; --bad: #c4302b; --dark: #3a4250; --dot: #4b48c8; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161d; --panel: #1b212b; --ink: #e8ecf2; --muted: #9aa5b5;
  --good: #4cc38a; --bad: #ff7a70; --dark: #000; --dot: #a5a2ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 960px; padding: 16px; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: 0; } p { margin: 4px 0; } .muted { color: var(--muted); }
.lost { color: var(--bad); font-weight: 600; }
svg { display: block; width: 100%; max-width: 720px; background: var(--panel); border-radius: 10px; margin-top: 10px; }
text { font-size: 11px; fill: var(--ink); } .small { fill: var(--muted); }
.box { fill: var(--ground); stroke: var(--muted); stroke-width: 1.5; }
.green .box { stroke: var(--good); stroke-width: 2.5; } .red .box { stroke: var(--bad); stroke-dasharray: 4 3; }
.down .box { fill: var(--dark); } .down text { fill: #fff; }
.way { stroke: var(--muted); stroke-opacity: .4; fill: none; }
circle { fill: var(--dot); transition: transform .5s linear; } circle.gone { fill: var(--bad); }
@media (prefers-reduced-motion: reduce) { circle { transition: none; } }
`;

/** Nothing of it depends on the run, so that the policy can name it by its hash. */
const script = `(() => {
const at = (id) => document.getElementById(id);
const ns = 'http://www.w3.org/2000/svg';
const svg = at('path');
const [lines, boxes, dots] = ['lines', 'boxes', 'dots'].map(at);
const add = (parent, name, attributes, text) => {
  const one = document.createElementNS(ns, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, String(value));
  if (text !== undefined) one.textContent = text;
  return parent.appendChild(one);
};
const row = 68, top = 30, nodeX = 128, nodeWidth = 200, podX = 338;
const yOf = (index) => top + index * row + 20;
const dotColumns = 26;
const circles = new Map();
let drawn = '';
const drawNodes = ({ nodes }) => {
  const key = JSON.stringify(nodes);
  if (key === drawn) return;
  drawn = key;
  const height = top + Math.max(1, nodes.length) * row + 10;
  const middle = top + (Math.max(1, nodes.length) * row - 12) / 2;
  svg.setAttribute('viewBox', '0 0 430 ' + height);
  lines.replaceChildren();
  boxes.replaceChildren();
  const all = nodes.reduce((sum, { carried }) => sum + carried, 0);
  add(boxes, 'rect', { x: 6, y: middle - 22, width: 84, height: 44, rx: 6, class: 'box' });
  add(boxes, 'text', { x: 48, y: middle + 4, 'text-anchor': 'middle' }, 'load balancer');
  for (const [x, word] of [[6, 'clients'], [nodeX, 'nodes'], [podX, 'pods']]) add(boxes, 'text', { x, y: 16, class: 'small' }, word);
  nodes.forEach(({ name, health, hit, down, ingress, app, carried }, index) => {
    const y = yOf(index);
    if (carried > 0) add(lines, 'path', { d: 'M90 ' + middle + 'C109 ' + middle + ' 109 ' + y + ' ' + nodeX + ' ' + y, class: 'way', 'stroke-width': Math.max(1, carried / all * 22).toFixed(1) });
    const group = add(boxes, 'g', { class: 'node ' + health + (down ? ' down' : ''), 'data-node': name });
    add(group, 'title', {}, name + ': ' + (health === 'green' ? 'healthy at the balancer' : health === 'red' ? 'not healthy at the balancer' : 'not in the target set') + (hit === null ? '' : ', ' + hit));
    add(group, 'rect', { x: nodeX, y: y - 20, width: nodeWidth, height: 56, rx: 6, class: 'box' });
    add(group, 'text', { x: nodeX + 8, y: y - 4, ...(name.length > 30 ? { textLength: nodeWidth - 16 } : {}) }, name);
    add(group, 'text', { x: nodeX + 8, y: y + 12 }, (hit === null ? (health === 'unknown' ? 'not in the target set' : health === 'green' ? 'healthy' : 'not healthy') : hit) + (all === 0 ? '' : ' · ' + Math.round(carried / all * 100) + ' %'));
    const pods = [ingress > 0 ? ingress + ' ingress' : '', app > 0 ? app + ' app' : ''].filter(Boolean).join(', ');
    if (pods !== '') add(group, 'text', { x: podX, y: y + 4, class: 'small' }, pods);
  });
};
const drawDots = (frame) => {
  const middle = top + (Math.max(1, frame.nodes.length) * row - 12) / 2;
  const seen = new Set();
  for (const [connection, index, lost] of frame.dots) {
    seen.add(connection);
    let one = circles.get(connection);
    if (one === undefined) {
      one = add(dots, 'circle', { r: 4 });
      one.style.transform = 'translate(90px,' + middle + 'px)';
      circles.set(connection, one);
      one.getBoundingClientRect();
    }
    if (lost === 1) one.setAttribute('class', 'gone');
    // Below the node's two lines of text, whatever they say.
    const place = connection % (2 * dotColumns);
    const x = index < 0 ? 110 : nodeX + nodeWidth - 12 - place % dotColumns * 7;
    const y = index < 0 ? middle : yOf(index) + (place < dotColumns ? 20 : 29);
    one.style.transform = 'translate(' + x + 'px,' + y + 'px)';
  }
  for (const [connection, one] of circles) if (!seen.has(connection)) { one.remove(); circles.delete(connection); }
};
const say = (id, text) => { if (at(id).textContent !== text) at(id).textContent = text; };
const show = (frame) => {
  say('headline', frame.headline + (frame.phase === null ? '' : ' · ' + frame.phase));
  say('wait', frame.wait === null ? '' : 'waiting for ' + frame.wait.what + ', ' + frame.wait.seconds + ' s more at most');
  const { streams, newRequests, more } = frame;
  say('counts', streams.inFlight + ' streams in flight, ' + streams.completed + ' done, ' + streams.lost + ' lost');
  at('counts').className = streams.lost > 0 ? 'lost' : '';
  say('probes', newRequests.sent === 0 ? '' : 'new requests of the last second: ' + newRequests.failed + ' of ' + newRequests.sent + ' failed');
  say('more', more === 0 ? '' : more + ' more connections are not drawn');
  drawNodes(frame);
  drawDots(frame);
  if (frame.over) { source.close(); say('state', 'The run is over: its report is in report.html.'); }
};
const source = new EventSource('events');
source.onmessage = ({ data }) => show(JSON.parse(data));
source.onerror = () => { if (source.readyState === 2) say('state', 'The run is over, or midflight has ended.'); };
})();`;

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The value of the header of that name: the page's own script and style, and its events; nothing else. */
export const uiPolicy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export const uiPage = (experiment: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(experiment)}: live</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(experiment)}</h1>
<p id="headline" aria-live="polite">connecting</p><p id="wait" class="muted"></p>
<p id="counts"></p><p id="probes" class="muted"></p>
<svg id="path" viewBox="0 0 430 100" role="img" aria-label="clients, load balancer, nodes and pods; each dot is an open connection"><g id="lines"></g><g id="boxes"></g><g id="dots"></g></svg>
<p id="more" class="muted"></p><p id="state" class="muted" aria-live="polite">A dot is a connection on its way; red: lost. A green ring: healthy at the balancer.</p></main>
<script>${script}</script></body></html>
`;
