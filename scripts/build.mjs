// Bundles the command line and each of our processes into dist/. Run by `npm ci` (prepare) and by `npm run build`.
import { existsSync, rmSync } from 'node:fs';
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
  'control-plane': 'src/providers/embedded/control-plane/main.ts',
  node: 'src/providers/embedded/node/main.ts',
  acceptor: 'src/providers/embedded/acceptor/main.ts',
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
await Promise.all(
  present.map(([name, file]) => build({ ...common, entryPoints: { [name]: file }, outdir: 'dist/roles' })),
);
if (only.length === 0 || only.includes('k6')) {
  // k6 reads it itself: its own modules stay imports.
  await build({
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
}
if ((only.length === 0 || only.includes('cli')) && existsSync(join(root, 'src/cli/main.ts'))) {
  await build({
    ...common,
    entryPoints: { midflight: 'src/cli/main.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: ['autocannon'],
  });
}
