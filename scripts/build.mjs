// Bundles the command line and each of our processes into dist/. Run by `npm ci` (prepare) and by `npm run build`.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// Each is one self-contained file, because it also runs in containers.
const roles = {
  edge: 'src/edge/main.ts',
  recorder: 'src/load/recorder/main.ts',
  probe: 'src/load/probe/main.ts',
  autocannon: 'src/load/autocannon/main.ts',
  k6: 'src/load/k6/main.ts',
  app: 'src/workload/app/main.ts',
  ingress: 'src/workload/ingress/main.ts',
  'control-plane': 'src/cluster/control-plane/main.ts',
  node: 'src/cluster/node/main.ts',
  acceptor: 'src/cluster/acceptor/main.ts',
  watchdog: 'src/providers/embedded/watchdog/main.ts',
};
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
  outExtension: { '.js': '.mjs' },
  // CommonJS dependencies inside an ES module bundle ask for require.
  banner: {
    js: "import{createRequire as bannerRequire}from'node:module';const require=bannerRequire(import.meta.url);",
  },
};
const only = process.argv.slice(2);
const present = Object.entries(roles).filter(
  ([name, file]) => existsSync(join(root, file)) && (only.length === 0 || only.includes(name)),
);
if (only.length === 0) rmSync(join(root, 'dist'), { recursive: true, force: true });
const built = await Promise.all(
  present.map(([name, file]) => build({ ...common, entryPoints: { [name]: file }, outdir: 'dist/roles' })),
);
if (only.length === 0 || only.includes('k6')) {
  // k6 reads it itself: its own modules stay imports.
  const script = await build({
    ...common,
    entryPoints: { 'k6-script': 'src/load/k6/script.ts' },
    outdir: 'dist',
    platform: 'neutral',
    target: 'es2020',
    external: ['k6', 'k6/*'],
    sourcemap: false,
    banner: {},
    outExtension: { '.js': '.js' },
  });
  built.push(script);
}
if ((only.length === 0 || only.includes('cli')) && existsSync(join(root, 'src/cli/main.ts'))) {
  const cli = await build({
    ...common,
    entryPoints: { midflight: 'src/cli/main.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  built.push(cli);
}
if (only.length === 0) writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), licences(built));

/** What is bundled is passed on with the package, and so are its licences. */
function licences(results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = inputs.flatMap((file) => {
    const at = file.lastIndexOf('node_modules/');
    const [scope = '', name = ''] = at === -1 ? [] : file.slice(at + 'node_modules/'.length).split('/');
    if (at === -1) return [];
    return [`${file.slice(0, at)}node_modules/${scope.startsWith('@') ? `${scope}/${name}` : scope}`];
  });
  return [...new Set(folders)]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  return `${name} ${version} (${license ?? 'see below'})\n\n${texts.join('\n\n')}\n`;
}
