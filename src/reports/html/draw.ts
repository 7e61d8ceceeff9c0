import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const font = { fontSize: '12px', background: 'transparent', color: 'var(--ink)' };
/** Ticks, their figures and the axis' title, none over another. */
export const bottom = 46;
export const labelOffset = 38;
/** Width of a letter at that size, generously. */
export const letter = 7;

/** A plot as SVG text. */
export function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const figure = Plot.plot({ ...options, style: font, document });
  figure.setAttribute('role', 'img');
  // An image has one name, which its figure gives; those of its groups have no role that could bear them.
  for (const part of figure.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return figure.outerHTML;
}
