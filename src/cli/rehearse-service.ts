import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { spotMarks, userMark } from '../audit/facts/spot.ts';
import type { Snapshot } from '../audit/snapshot.ts';
import { type ExitCode, errnoOf, exitCodes, MidflightError } from '../base/errors.ts';
import type { MadeClusterName } from '../catalogue/clusters.ts';
import type { PolicyName } from '../catalogue/policies.ts';
import { costLines, headLine, rehearsalOf } from '../rehearse/index.ts';
import type { PresetName } from '../scenario/schema.ts';
import { stdinWord } from '../scenario/source.ts';
import { checkSource, checkSpotLabels, inNamespace, noService, snapshotOf } from './audit-cluster.ts';
import type { Io } from './io.ts';
import { writeNote } from './notes.ts';
import { writeOutput } from './output-file.ts';
import { runFiles } from './run-files.ts';

interface RehearseArguments {
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string | undefined;
  readonly service: string | undefined;
  readonly balancer: PresetName | undefined;
  readonly files: readonly string[];
  readonly spotLabels: readonly string[];
  readonly output: string | undefined;
  readonly writeOnly: boolean;
  readonly cluster: MadeClusterName;
  readonly policies: readonly PolicyName[] | undefined;
  readonly repeats: number | undefined;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
}

/** Reads the shape of a cluster (list alone), writes it as a scenario, and runs that elsewhere. Exit codes as of `run`. */
export async function rehearseService(args: RehearseArguments, io: Io): Promise<ExitCode> {
  checkSpotLabels(args.spotLabels);
  checkSource({ ...args, manifests: undefined });
  const file = scenarioFile(args);
  const found = await snapshotOf(args, io);
  const snapshot = inNamespace(found.snapshot, args.namespace);
  checkReadable(snapshot, args.service);
  const marks = [...spotMarks, ...args.spotLabels.map(userMark)];
  const { text, shape } = rehearsalOf(
    snapshot,
    { spotMarks: marks, service: args.service ?? null },
    args.balancer ?? null,
  );
  if (file !== undefined) save(file, text, args.force);
  if (args.writeOnly) {
    if (file === undefined) io.stdout.write(text);
    return exitCodes.pass;
  }
  if (!args.quiet) for (const note of shape.notes) writeNote(io.stderr, note);
  const { cluster, out, force, repeats, policies, quiet } = args;
  const lines: string[] = [];
  const exitCode = await runFiles(
    {
      files: [file ?? stdinWord],
      cluster,
      out,
      force,
      repeats,
      quiet,
      json: false,
      policies,
      seed: undefined,
      dryRun: false,
      keep: false,
      reuse: false,
      images: { node: undefined, traefik: undefined, app: undefined },
      onReport: (report) => lines.push(...costLines(report, shape.policy)),
    },
    file === undefined ? { ...io, stdin: Readable.from([text]) } : io,
  );
  if (lines.length > 0)
    io.stdout.write(
      `\n${shape.service}, rehearsed on ${cluster}\n${lines.map((line) => `  ${line}\n`).join('')}`,
    );
  return exitCode;
}

/** The file that --output names; undefined: none, or standard output. Throws `bad-usage`. */
function scenarioFile({ output, writeOnly }: RehearseArguments): string | undefined {
  if (output !== stdinWord) return output;
  if (writeOnly) return undefined;
  throw new MidflightError('bad-usage', '--output - is standard output, where the report goes', {
    hint: 'add --write-only to have the scenario alone there, or name a file',
  });
}

/** A shape without the nodes or the endpoints would be another cluster's. */
function checkReadable(snapshot: Snapshot, service: string | undefined): void {
  const gap = snapshot.gaps.find(({ essential }) => essential);
  if (gap !== undefined) {
    throw new MidflightError('api-failed', `these credentials may not list ${gap.resource}`, {
      hint: `apply deploy/rbac.yaml, or ask for apiGroups ["${gap.apiGroup}"], resources ["${gap.resource}"], verbs ["list"]`,
    });
  }
  if (service === undefined) return;
  const isThere = snapshot.lists.services.some(
    ({ metadata: { namespace, name }, spec: { type } }) =>
      (type === 'LoadBalancer' || type === 'NodePort') &&
      (name === service || `${namespace ?? 'default'}/${name}` === service),
  );
  if (!isThere) throw noService(service, snapshot);
}

/** A file of somebody's own is not replaced without --force. */
function save(file: string, text: string, force: boolean): void {
  const before = textAt(file);
  if (before !== null && !force && !before.startsWith(headLine)) {
    throw new MidflightError('bad-usage', 'this file is there already, and rehearse has not written it', {
      where: file,
      hint: 'choose another name with --output FILE, or add --force',
    });
  }
  writeOutput(file, text, 'scenario', 'choose another place with --output FILE');
}

function textAt(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw new MidflightError('bad-usage', 'this is not a file that can be replaced', {
      where: file,
      hint: 'choose another name with --output FILE',
      cause: error,
    });
  }
}
