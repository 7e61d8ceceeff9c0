// `npm pack` and `npm publish`: builds, then puts the package.json of users in place of ours for as long as npm packs it.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = join(root, 'package.json');
const kept = join(root, '.package.json.kept');
// Scripts need files that are not in the package; everything else that users could install is in the bundles.
const ours = ['scripts', 'devDependencies', 'overrides'];

function restore() {
  if (existsSync(kept)) renameSync(kept, manifest);
}

restore(); // an earlier pack that was killed left it
if (process.argv[2] === 'before') {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  copyFileSync(manifest, kept);
  const fields = Object.entries(JSON.parse(readFileSync(kept, 'utf8'))).filter(
    ([name]) => !ours.includes(name),
  );
  writeFileSync(manifest, `${JSON.stringify(Object.fromEntries(fields), null, 2)}\n`);
}
