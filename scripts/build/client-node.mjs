import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * An esbuild plugin that bundles only the parts of `@kubernetes/client-node` that are called. Its generated code holds every
 * call of every API group three times over, 6 MB in our bundle: esbuild drops classes that nothing names, but not methods,
 * nor the models listed in the serializer's table. A call is used if its name occurs in our sources or in the client's
 * hand-written files.
 */
const calls = /client-node[\\/]dist[\\/]gen[\\/](?:apis|types)[\\/]\w+\.js$/;
const serializer = /client-node[\\/]dist[\\/]gen[\\/]models[\\/]ObjectSerializer\.js$/;

export function clientNode(root) {
  const dist = join(root, 'node_modules', '@kubernetes', 'client-node', 'dist');
  const ours = wordsIn(filesIn(join(root, 'src'), '.ts', true));
  // It serializes whatever type it is given, and so would need the whole table.
  if (ours.has('KubernetesObjectApi'))
    throw new Error('KubernetesObjectApi is not bundled; use the API groups');
  const words = new Set([...ours, ...wordsIn(filesIn(dist, '.js', false))]);
  let table;
  return {
    name: 'client-node',
    setup(build) {
      build.onLoad({ filter: calls }, ({ path }) => ({
        contents: onlyCalled(readFileSync(path, 'utf8'), words),
      }));
      build.onLoad({ filter: serializer }, () => {
        table ??= onlyNeeded(join(dist, 'gen'), ours, words);
        return { contents: table };
      });
      // Models have no side effects, which client-node's package.json does not declare.
      build.onResolve({ filter: /\/models\/\w+\.js$/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === 'resolving' || !from.importer.includes('client-node')) return undefined;
        const found = await build.resolve(path, { ...from, pluginData: 'resolving' });
        return { ...found, pluginData: undefined, sideEffects: false };
      });
    },
  };
}

/** The generator indents methods by four spaces, and closes them there. */
const method = /^ {4}(?:async )?([A-Za-z]\w*)\([^\n]*\) \{\n[\s\S]*?^ {4}\}\n/gm;

const onlyCalled = (code, words) =>
  code.replace(method, (text, name) =>
    name === 'constructor' || words.has(name.replace(/WithHttpInfo$/, '')) ? text : '',
  );

/** The serializer with the types that the calls in use send or receive, and all that these contain. */
function onlyNeeded(gen, ours, words) {
  const apis = readdirSync(join(gen, 'apis')).filter(
    (file) => file.endsWith('Api.js') && ours.has(file.replace('.js', '')),
  );
  const code = apis.map((file) => onlyCalled(readFileSync(join(gen, 'apis', file), 'utf8'), words)).join('');
  const needed = new Set();
  const need = (type) => {
    const file = join(gen, 'models', `${type}.js`);
    if (needed.has(type) || !existsSync(file)) return;
    needed.add(type);
    for (const [, of = ''] of readFileSync(file, 'utf8').matchAll(/"type": "([^"]*)"/g))
      typesIn(of).forEach(need);
  };
  for (const [, type = ''] of code.matchAll(/"([^"\n]+)", "[\w-]*"\)/g)) typesIn(type).forEach(need);
  const whole = readFileSync(join(gen, 'models', 'ObjectSerializer.js'), 'utf8');
  return whole.replace(/^ {4}"(\w+)": \1,\n/gm, (line, name) => (needed.has(name) ? line : ''));
}

/** `Array<V1Pod>`, `{ [key: string]: V1Pod; }` */
const typesIn = (text) => text.match(/\b[A-Z]\w+/g) ?? [];

const filesIn = (folder, extension, recursive) =>
  readdirSync(folder, { withFileTypes: true, recursive })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name));

const wordsIn = (files) =>
  new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/\b[A-Za-z]\w+/g) ?? []));
