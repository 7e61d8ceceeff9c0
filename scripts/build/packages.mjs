import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The npm packages whose files are in these bundles, each once, by name: folder, manifest fields, licence texts. */
export function bundledPackages(results, root) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = inputs.flatMap((file) => {
    const at = file.lastIndexOf('node_modules/');
    if (at === -1) return [];
    const [scope = '', name = ''] = file.slice(at + 'node_modules/'.length).split('/');
    return [`${file.slice(0, at)}node_modules/${scope.startsWith('@') ? `${scope}/${name}` : scope}`];
  });
  return [...new Set(folders)].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const { name, version } = manifest;
    const license = licenceName(manifest);
    return { name, version, license, texts: licenceTexts(join(root, folder), license, root) };
  });
}

/** `license` is a string by npm's rules; older packages have an object or a list. */
function licenceName({ license, licenses }) {
  const all = [license ?? licenses ?? []].flat().map((one) => (typeof one === 'string' ? one : one.type));
  return all.join(' OR ');
}

/** What is bundled is passed on, and so must be its licence: the package's own file, its README's section, or the standard text. */
function licenceTexts(folder, license, root) {
  const files = readdirSync(folder);
  const own = files.filter((file) => /^((un)?licen[cs]e|notice|copying)/i.test(file)).sort();
  if (own.length > 0) return own.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const readme = files.find((file) => /^readme/i.test(file));
  const text = readme === undefined ? '' : readFileSync(join(folder, readme), 'utf8');
  const section = /^(?:#+ *licen[cs]e *|licen[cs]e *\n-+) *\n([\s\S]*?)(?=^\[|^#|(?![\s\S]))/im.exec(
    text,
  )?.[1];
  if (section !== undefined && /copyright/i.test(section)) return [section.trim()];
  if (license === 'Apache-2.0') return [readFileSync(join(root, 'LICENSE'), 'utf8').trim()];
  throw new Error(`${folder}: no licence text found; a bundled package must bring one`);
}

/** All licences, as one text. */
export const licencesText = (packages) =>
  packages
    .map(
      ({ name, version, license, texts }) =>
        `${name} ${version} (${license || 'see below'})\n\n${texts.join('\n\n')}\n`,
    )
    .join(`\n${'-'.repeat(80)}\n\n`);

/** Software bill of materials, CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/); the same bytes for the same bundles. */
export function sbom(packages, { name, version }) {
  const component = (one) => ({
    type: 'library',
    'bom-ref': purl(one),
    name: one.name,
    version: one.version,
    ...(one.license === '' ? {} : { licenses: [{ expression: one.license }] }),
    purl: purl(one),
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': purl({ name, version }),
        name,
        version,
        purl: purl({ name, version }),
        licenses: [{ expression: 'Apache-2.0' }],
      },
    },
    components: packages.map(component),
    dependencies: [{ ref: purl({ name, version }), dependsOn: packages.map(purl) }],
  };
}

const purl = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
