import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { assertRefused, tell } from '../../support/in-process.ts';

/* Command lines that must end before anything starts. FILE is a good scenario, URL a place where nobody listens. */
const test = suite('command lines');
const folder = mkdtempSync(join(tmpdir(), 'midflight-lines-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'plain.txt'), 'x');

const places: Record<string, string> = {
  FILE: join(packageRoot(), 'experiments', 'baseline.yaml'),
  URL: 'http://127.0.0.1:9/',
  FOLDER: folder,
  EMPTY: '',
};

/** Words apart by one space; EMPTY is ''. */
const lines: [line: string, wanted: RegExp][] = [
  ['', /which command\?/],
  ['EMPTY', /./],
  ['--', /which command\?/],
  ['rum', /did you mean run\?/],
  ['RUN FILE', /no command 'RUN'/],
  ['__proto__', /no command '__proto__'/],
  ['constructor', /no command 'constructor'/],
  ['-x', /no option -x/],
  ['--versio', /did you mean --version\?/],
  // files
  ['validate', /an argument is missing/],
  ['validate --', /an argument is missing/],
  ['validate EMPTY', /there is no such file/],
  ['validate nowhere.yaml', /there is no such file/],
  ['validate FOLDER', /this is a folder/],
  ['validate - -', /standard input \(-\) can be read only once/],
  ['validate -', /the file is empty/],
  ['validate FILE -', /the file is empty/],
  ['validate FILE --quiet', /no option --quiet/],
  ['validate FILE --__proto__ x', /no option/],
  ['validate FILE --constructor x', /no option --constructor/],
  ['validate FILE -n', /no option -n/],
  ['validate --help=maybe FILE', /./],
  ['run -', /the file is empty/],
  ['run - -', /only once/],
  ['run EMPTY', /there is no such file/],
  ['run FILE nowhere.yaml', /there is no such file/],
  // run: values
  ['run FILE --seed', /--seed needs a value/],
  ['run FILE --seed EMPTY', /--seed needs a value/],
  ['run FILE --seed=', /--seed needs a value/],
  ['run FILE --seed -1', /--seed/],
  ['run FILE --seed=-1', /not a whole number at least 0/],
  ['run FILE --seed 1.5', /not a whole number/],
  ['run FILE --seed 1e3', /is not a number/],
  ['run FILE --seed 0x10', /is not a number/],
  ['run FILE --seed one', /is not a number/],
  ['run FILE --seed NaN', /is not a number/],
  ['run FILE --seed Infinity', /is not a number/],
  ['run FILE --seed 99999999999999999999', /not a whole number/],
  ['run FILE --seed 1 --seed 2', /--seed may be given once/],
  ['run FILE --seed.a 1', /no option --seed\.a/],
  ['run FILE --repeats 0', /from 1 to 100/],
  ['run FILE --repeats=-1', /from 1 to 100/],
  ['run FILE --repeats 101', /from 1 to 100/],
  ['run FILE --repeats 1000000000', /from 1 to 100/],
  ['run FILE --repeats 1e9', /is not a number/],
  ['run FILE --repeats 2.5', /from 1 to 100/],
  ['run FILE --repeats EMPTY', /--repeats needs a value/],
  ['run FILE --repeats many', /is not a number/],
  ['run FILE --repeats 2 --repeats 3', /may be given once/],
  ['run FILE --policy', /--policy needs a value|Not enough|missing/i],
  ['run FILE --policy EMPTY', /policy is ""/],
  ['run FILE --policy local', /"Local"/],
  ['run FILE --policy Local,Cluster', /"Local"/],
  ['run FILE --policies Local', /no option --policies/],
  ['run FILE --cluster', /--cluster needs a value/],
  ['run FILE --cluster EMPTY', /--cluster needs a value/],
  ['run FILE --cluster minikube', /embedded, kind/],
  ['run FILE --cluster Kind', /did you mean kind\?/],
  ['run FILE --cluster context:', /there is no such cluster/],
  ['run FILE --cluster context:prod', /which Service of the cluster is meant/],
  ['run FILE --cluster kind --cluster embedded', /--cluster may be given once/],
  ['run FILE --quiet=maybe', /--quiet takes no value/],
  ['run FILE --quiet=', /--quiet takes no value/],
  ['run FILE --quiet=1', /--quiet takes no value/],
  ['run FILE --json=yes', /--json takes no value/],
  ['run FILE --dry-run=perhaps', /--dry-run takes no value/],
  ['run FILE --no-quiet', /no option --no-quiet/],
  ['run FILE --keep', /--keep is for a kind cluster/],
  ['run FILE --reuse', /--reuse is for a kind cluster/],
  ['run FILE --out', /--out needs a value/],
  ['run FILE --out EMPTY', /--out needs a value/],
  ['run FILE --out a --out b', /--out may be given once/],
  ['run FILE --out FOLDER/plain.txt', /report folder/],
  ['run FILE --image-node EMPTY', /--image-node needs a value/],
  ['run FILE --image-app=-x', /not the name of an image/],
  ['run FILE --dryrun', /did you mean --dry-run\?/],
  ['run FILE --timeout 5s', /no option --timeout/],
  // watch
  ['watch', /an argument is missing/],
  ['watch EMPTY', /is no URL/],
  ['watch -', /is no URL/],
  ['watch shop', /is no URL/],
  ['watch shop.example/slow', /is no URL/],
  ['watch ftp://127.0.0.1/', /cannot be watched/],
  ['watch file:///etc/passwd', /cannot be watched/],
  ['watch http://', /is no URL/],
  ['watch http://127.0.0.1:99999/', /is no URL/],
  ['watch http://me:secret@127.0.0.1/', /--header/],
  ['watch URL extra', /unexpected argument 'extra'/],
  ['watch URL --streams -1', /--streams/],
  ['watch URL --streams=-1', /--streams/],
  ['watch URL --streams 1.5', /--streams 1\.5 is not a whole number/],
  ['watch URL --streams 1e9', /is not a number/],
  ['watch URL --streams 1000000000', /from 0 to 30000/],
  ['watch URL --streams EMPTY', /--streams needs a value/],
  ['watch URL --streams ten', /is not a number/],
  ['watch URL --streams 0 --rate 0', /nothing to watch/],
  ['watch URL --rate=-1', /--rate/],
  ['watch URL --rate 1001', /--rate/],
  ['watch URL --rate fast', /is not a number/],
  ['watch URL --rate EMPTY', /--rate needs a value/],
  ['watch URL --status 600', /from 200 to 599/],
  ['watch URL --status 0', /from 200 to 599/],
  ['watch URL --status 100', /from 200 to 599/],
  ['watch URL --status 200.5', /from 200 to 599/],
  ['watch URL --status ok', /is not a number/],
  ['watch URL --lane old', /"new"/],
  ['watch URL --lane EMPTY', /lane is ""/],
  ['watch URL --http 3', /"1\.1"/],
  ['watch URL --duration 5', /not a duration/],
  ['watch URL --duration 0s', /from 10ms to 168h/],
  ['watch URL --duration=-5s', /not a duration/],
  ['watch URL --duration 1d', /not a duration/],
  ['watch URL --duration 100000000000000000000h', /from 10ms to 168h/],
  ['watch URL --duration EMPTY', /--duration needs a value/],
  ['watch URL --stall 0s', /from 10ms/],
  ['watch URL --stall long', /not a duration/],
  ['watch URL --timeout 0ms', /from 10ms/],
  ['watch URL --timeout 1ms', /from 10ms/],
  ['watch URL --stability 0s', /from 10ms/],
  ['watch URL --stability 1e3s', /not a duration/],
  ['watch URL --max-lost=-1', /--max-lost/],
  ['watch URL --max-lost 0.5', /--max-lost/],
  ['watch URL --max-lost none', /is not a number/],
  ['watch URL --max-failover 5', /not a duration/],
  ['watch URL --max-failover 5s --rate 0', /probes on new connections/],
  ['watch URL --probe-path healthz --rate 1', /is no path/],
  ['watch URL --probe-path /a --rate 0', /sends none/],
  ['watch URL --header EMPTY', /--header/],
  ['watch URL --header NoColon', /without 'Name:'/],
  ['watch URL --header :value', /without 'Name:'/],
  ['watch URL --header A(B:c', /not a header's name/],
  ['watch URL --header Ä:c', /not a header's name/],
  ['watch URL --header A:\u0001', /cannot be sent/],
  ['watch URL --header A:b\r\nC:d', /cannot be sent/],
  ['watch URL --header A:\u0100', /cannot be sent/],
  ['watch URL --header Content-Length:5', /midflight sets it itself/],
  ['watch URL --header Transfer-Encoding:chunked', /midflight sets it itself/],
  ['watch URL --header Connection:close', /midflight sets it itself/],
  ['watch URL --header Upgrade:h2c', /midflight sets it itself/],
  ['watch URL --header A:env:MIDFLIGHT_NOT_SET', /has no MIDFLIGHT_NOT_SET/],
  ['watch URL --header-file FOLDER/none', /there is no such file/],
  ['watch URL --header-file FOLDER', /this is a folder/],
  ['watch URL --header-file /dev/zero', /a device/],
  ['watch URL --resolve x', /HOST:PORT:ADDRESS/],
  ['watch URL --resolve 127.0.0.1:9:name', /HOST:PORT:ADDRESS/],
  ['watch URL --resolve other:9:127.0.0.1', /another host or port/],
  ['watch http://shop.example/ --streams 51', /--i-own-this/],
  ['watch URL --insecure=maybe', /--insecure takes no value/],
  ['watch URL --out EMPTY', /--out needs a value/],
  ['watch URL --out FOLDER/plain.txt', /report folder/],
  // the others
  ['report', /an argument is missing/],
  ['report EMPTY', /./],
  ['report nowhere', /history/],
  ['report FOLDER', /history/],
  ['report FOLDER FOLDER', /unexpected argument/],
  ['report FOLDER --jsn', /did you mean --json\?/],
  ['report FOLDER --json=maybe', /--json takes no value/],
  ['report /dev/null', /./],
  ['doctor now', /unexpected argument 'now'/],
  ['doctor --cluster minikube', /"embedded"/],
  ['doctor --cluster EMPTY', /cluster is ""/],
  ['doctor --json=1', /--json takes no value/],
  ['doctor --image-app EMPTY', /--image-app needs a value/],
  ['cluster', /an argument is missing/],
  ['cluster sideways', /it can be "up"/],
  ['cluster up', /which scenario/],
  ['cluster up nowhere.yaml', /there is no such file/],
  ['cluster up -', /the file is empty/],
  ['cluster up FOLDER', /this is a folder/],
  ['cluster up --foreground', /--foreground is for an embedded cluster/],
  ['cluster up --time-scale 5', /--time-scale is for an embedded cluster/],
  ['cluster up --cluster embedded --time-scale 21', /from 1 to 20/],
  ['cluster up - --cluster embedded', /cannot read standard input/],
  ['cluster up --cluster context', /"embedded"/],
  ['cluster down --cluster embedded', /unexpected argument/],
  ['cluster down FILE', /unexpected argument/],
  ['cluster status FILE', /unexpected argument/],
  ['cluster up FILE FILE', /unexpected argument/],
  ['completion fish', /no completion for the shell 'fish'/],
  ['completion zsh more', /unexpected argument 'more'/],
  ['completion --zsh', /no option --zsh/],
];

/** A line that is taken by mistake must not start an experiment. */
const harmless = (line: string) =>
  line.startsWith('run FILE ') && !line.includes('--out') ? line.replace('run ', 'run --dry-run ') : line;

const wordsOf = (line: string) =>
  line === ''
    ? []
    : harmless(line)
        .split(' ')
        .map((word) => word.replace(/FILE|URL|FOLDER|EMPTY/g, (name) => places[name] ?? name));

test('there are at least 160 of them', () => assert.ok(lines.length >= 160, String(lines.length)));

for (const [line, wanted] of lines) {
  test(line.replaceAll(/[\r\n]/g, '?'), async () => {
    const told = await tell(wordsOf(line), '', { PATH: process.env.PATH });
    assertRefused({ ...told, stdout: line.startsWith('validate FILE') ? '' : told.stdout }, line);
    assert.match(told.stderr, wanted);
  });
}

test('a header is never repeated: it may be a secret', async () => {
  for (const header of ['TOPSECRET', 'A B: TOPSECRET', 'A: TOPSECRET\u0001', 'Connection: TOPSECRET']) {
    const { code, stderr } = await tell(['watch', 'http://127.0.0.1:9/', '--header', header]);
    assert.is(code, 64);
    assert.not.match(stderr, 'TOPSECRET');
  }
});

test('completion for the shell that is named, whatever the one in use', async () => {
  const zsh = await capture(['completion', 'zsh']);
  const bash = await capture(['completion', 'bash']);
  assert.match(zsh, '#compdef midflight');
  assert.not.match(bash, '#compdef');
  assert.match(bash, 'complete -o');
});

/** yargs writes the script by console.log. */
async function capture(argv: readonly string[]): Promise<string> {
  const { log } = console;
  let written = '';
  console.log = (text: string) => {
    written += text;
  };
  try {
    assert.is((await tell(argv)).code, 0);
  } finally {
    console.log = log;
  }
  return written;
}

test.run();
