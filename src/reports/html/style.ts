/** The page's style: light and dark by the reader's setting; colours at 4.5:1 on their ground if they carry text. */
export const style = `
:root { color-scheme: light dark;
  --ground: #ffffff; --panel: #f5f6f8; --ink: #1c2330; --muted: #5d6776; --line: #d5dae1;
  --good: #1a7f4b; --bad: #c4302b; --doubt: #8a5a00; --accent: #4b48c8;
  --cut: #7b3fb0; --shut: #c76a00; --wrong: #b0157a; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #12161d; --panel: #1b212b; --ink: #e8ecf2; --muted: #9aa5b5; --line: #333c4a;
  --good: #4cc38a; --bad: #ff7a70; --doubt: #e5b454; --accent: #a5a2ff;
  --cut: #cb98ff; --shut: #ffb057; --wrong: #ff8ccf; } }
* { box-sizing: border-box; }
body { overflow-wrap: break-word; margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, header { max-width: 1060px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { font-size: 1.7rem; margin: 0 0 4px; line-height: 1.2; }
h2 { font-size: 1.25rem; margin: 44px 0 8px; padding-top: 20px; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 24px 0 6px; }
p { margin: 6px 0; }
.muted { color: var(--muted); }
.verdict { display: inline-block; padding: 0 10px; border: 1.5px solid currentColor; border-radius: 999px;
  font-size: .9rem; font-weight: 600; vertical-align: middle; }
.pass { color: var(--good); } .fail { color: var(--bad); } .unknown { color: var(--doubt); }
.scroll { overflow-x: auto; }
.answer { font-size: 1.08rem; padding: 12px 16px; background: var(--panel); border-left: 4px solid var(--accent);
  border-radius: 0 10px 10px 0; margin: 12px 0 16px; }
.marks, .hint { color: var(--muted); font-size: .85rem; } .hint { display: none; margin: 0 0 4px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 8px 32px; margin: 8px 0; }
dt { font-weight: 600; } dd { margin: 0; color: var(--muted); font-size: .92rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 500; }
tbody th { color: var(--ink); font-weight: 600; }
.whole { white-space: nowrap; }
.lost { color: var(--bad); font-weight: 600; } .none { color: var(--good); font-weight: 600; }
figure { margin: 14px 0; background: var(--panel); border-radius: 10px; padding: 10px 12px; }
figcaption, .long { overflow-wrap: anywhere; }
figcaption { font-size: .88rem; color: var(--muted); margin-bottom: 6px; display: flex; flex-wrap: wrap;
  justify-content: space-between; gap: 2px 20px; }
.what { color: var(--ink); font-weight: 500; } .keys { display: inline-flex; flex-wrap: wrap; gap: 2px 14px; }
figure svg { display: block; max-width: none; height: auto; }
.narrow { display: none; }
.key { display: inline-flex; align-items: center; gap: 5px; }
.key i { width: 12px; height: 12px; border-radius: 3px; display: inline-block; }
.two { display: grid; gap: 0 32px; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); }
.pictures { display: grid; gap: 0 16px; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); }
.path svg { width: 100%; max-width: 460px; } .path text { font-size: 11px; fill: var(--ink); } .path .head, .path .share { fill: var(--muted); }
.path .bad { fill: var(--bad); font-weight: 600; } .path .mid { text-anchor: middle; }
.path .name { paint-order: stroke; stroke: var(--panel); stroke-width: 3px; }
.path .box { fill: var(--ground); stroke: var(--muted); } .path .held { stroke: var(--good); stroke-width: 2.5; }
.path .out { stroke-dasharray: 4 3; } .path .cross { stroke: var(--bad); stroke-width: 2.5; }
.path .way { fill: none; stroke: var(--muted); stroke-opacity: .45; } .path .gone { stroke: var(--bad); stroke-opacity: .9; }
.filter { display: flex; flex-wrap: wrap; gap: 6px 16px; margin: 8px 0; align-items: center; } .filter[hidden] { display: none; }
.filter input, .filter select { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--muted);
  border-radius: 6px; padding: 2px 6px; max-width: 100%; }
.all { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--muted); border-radius: 6px; padding: 4px 12px; cursor: pointer; }
.all[hidden] { display: none; }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: left; text-decoration: underline dotted; }
th[aria-sort=ascending] button::after { content: " \\2191"; } th[aria-sort=descending] button::after { content: " \\2193"; }
.requests { font-size: .84rem; } .requests tbody th { white-space: nowrap; } .requests td, .requests th { padding-right: 10px; }
a.docs { font-size: .75rem; font-weight: 400; margin-left: 4px; }
pre { background: var(--panel); border-radius: 10px; padding: 10px 12px; font-size: .84rem; tab-size: 2; } summary { cursor: pointer; margin: 14px 0 6px; }
nav a { display: inline-block; margin-right: 14px; } a { color: var(--accent); }
footer { max-width: 1060px; margin: 48px auto 32px; padding: 0 20px; color: var(--muted); font-size: .88rem; }
@media (max-width: 1060px) { .hint { display: block; } }
@media (max-width: 700px) { .hint.cells { display: none; } body { font-size: 15px; } main, header, footer { padding-left: 14px; padding-right: 14px; }
  th, td { padding-right: 8px; } figure { padding: 10px 8px; } .wide { display: none; } .narrow { display: block; }
  .narrow svg { width: 100%; }
  .rows, .rows tbody, .rows tr, .rows th, .rows td { display: block; border: 0; padding: 0; }
  .rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .rows tr { padding: 8px 0; border-bottom: 1px solid var(--line); }
  .rows td { display: grid; grid-template-columns: 8.5em minmax(0, 1fr); gap: 0 10px; padding: 1px 0; }
  .rows td::before { content: attr(data-label); color: var(--muted); }
  .rows td.empty { display: none; } dl { grid-template-columns: 1fr; } }
@media print { .filter { display: none; } .scroll { overflow: visible; } section { break-inside: avoid-page; } }
`;
