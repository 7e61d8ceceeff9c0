/** Colours of a terminal, or none. */
export type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>;

/** SGR codes (ECMA-48): each style with its own end, so that they nest. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export function paint(colour: boolean): Paint {
  const style = (name: keyof typeof codes) => (text: string) => {
    const [on, off] = codes[name];
    return colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
  return {
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  };
}
