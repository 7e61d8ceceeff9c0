// Bundles the command line and each of our processes into dist/. Run by `npm ci` (prepare) and by `npm run build`.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { clientNode } from './build/client-node.mjs';
import { declarations } from './build/declarations.mjs';
import { bundledPackages, licencesText, sbom } from './build/packages.mjs';

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
  holder: 'src/cluster/holder/main.ts',
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
  // Lines stay short, and names stay: a stack trace still says where.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none', // all of them are in THIRD-PARTY-LICENSES.txt
  // fetch-blob's fallback for Node.js without streams of its own, which ours all have.
  alias: { 'web-streams-polyfill/dist/ponyfill.es2018.js': 'node:stream/web' },
  plugins: [clientNode(root)],
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
    entryPoints: { 'k6-script': 'src/load/k6/script.ts', 'k6-knock': 'src/load/k6/knock.ts' },
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
    entryPoints: { midflight: 'src/cli/main.ts', index: 'src/library/index.ts' },
    outdir: 'dist',
    splitting: true,
    // The bulk of the package. Functions keep their names, and stack traces with them. Not in the roles: every closure made
    // would cost a call, in processes that measure.
    minifyIdentifiers: true,
    keepNames: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  built.push(cli);
}
if (only.length === 0) {
  const packages = bundledPackages(built, root);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const put = (file, text) => writeFileSync(join(root, 'dist', file), text);
  put('THIRD-PARTY-LICENSES.txt', licencesText(packages));
  put('index.d.ts', declarations(root));
  // What each way to change a policy cost, as measured: `midflight flip` shows it.
  copyFileSync(join(root, 'scripts', 'flip-matrix.json'), join(root, 'dist', 'flip-matrix.json'));
  put('sbom.cdx.json', `${JSON.stringify(sbom(packages, manifest), null, 2)}\n`);
  put(
    'bundled.json',
    JSON.stringify(Object.fromEntries(packages.map(({ name, version }) => [name, version]))),
  );
  put('inputs.json', JSON.stringify(inputsOf(built)));
}

/** Which files each bundle holds, for tests; not in the package. */
function inputsOf(results) {
  const outputs = results.flatMap(({ metafile }) => Object.entries(metafile.outputs));
  return Object.fromEntries(
    outputs
      .filter(([file]) => !file.endsWith('.map'))
      .map(([file, { inputs }]) => [
        file,
        Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0),
      ]),
  );
}
