/*
 * A strict reader of OpenMetrics 1.0 text (the specification's ABNF, as far as gauges go), and of what Prometheus' promtool
 * would object to. Throws with the line that is wrong.
 */

interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const escapedText = /^(?:[^"\\\n]|\\["\\n])*$/;
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} (\S+)$/;
const labelPair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/;

export function readOpenMetrics(text: string): MetricSample[] {
  const wrong = (line: string, why: string): never => {
    throw new Error(`${why}: ${line}`);
  };
  if (!text.endsWith('\n# EOF\n') && text !== '# EOF\n') wrong(text.slice(-20), 'it does not end with # EOF');
  const samples: MetricSample[] = [];
  const families = new Map<string, { unit: string | null; samples: number; helped: boolean }>();
  let current = '';
  for (const line of text.split('\n').slice(0, -2)) {
    const [, keyword, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'TYPE') {
      if (!metricName.test(name)) wrong(line, 'no metric name');
      if (families.has(name)) wrong(line, 'a family twice');
      if (rest !== 'gauge') wrong(line, 'not a type that both formats know and that we use');
      families.set(name, { unit: null, samples: 0, helped: false });
      current = name;
      continue;
    }
    const family = families.get(current) ?? wrong(line, 'no TYPE before it');
    if (keyword !== undefined) {
      if (name !== current || family.samples > 0) wrong(line, 'metadata of another family, or after samples');
      if (keyword === 'HELP') {
        if (!escapedText.test(rest)) wrong(line, 'not escaped');
        family.helped = true;
      } else if (!name.endsWith(`_${rest}`)) wrong(line, 'the name does not end with its unit');
      continue;
    }
    const [, sample = '', labelText = '', value = ''] = sampleLine.exec(line) ?? wrong(line, 'no sample');
    if (sample !== current) wrong(line, 'a sample of another family: they may not mix');
    if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(value)) wrong(line, 'no number');
    family.samples += 1;
    samples.push({ name: sample, labels: labelsOf(labelText, line), value: Number(value) });
  }
  for (const [name, { helped, samples: count }] of families) {
    if (!helped || count === 0) wrong(name, 'no HELP, or no sample');
    if (/_(total|count|sum|bucket|created)$/.test(name)) wrong(name, 'a suffix that belongs to another type');
  }
  const keys = samples.map(({ name, labels }) => `${name} ${JSON.stringify(Object.entries(labels).sort())}`);
  if (new Set(keys).size < keys.length)
    wrong(keys.find((key, at) => keys.indexOf(key) < at) ?? '', 'a series twice');
  return samples;
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [all, name, value] = labelPair.exec(rest) ?? [];
    if (all === undefined || name === undefined || value === undefined)
      throw new Error(`labels that cannot be read: ${line}`);
    if (Object.hasOwn(labels, name)) throw new Error(`a label twice: ${line}`);
    labels[name] = value.replaceAll(/\\(["\\n])/g, (_, one: string) => (one === 'n' ? '\n' : one));
    rest = rest.slice(all.length);
  }
  return labels;
}
