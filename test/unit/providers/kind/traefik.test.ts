import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import type { Plan } from '../../../../src/plan/schema.ts';
import {
  traefikAccount,
  traefikBinding,
  traefikClass,
  traefikConfig,
  traefikIngress,
  traefikPod,
  traefikRole,
} from '../../../../src/providers/kind/traefik.ts';
import { hostname, names, namespace, ownership, ports } from '../../../../src/workload/manifests.ts';
import { kindPlan } from '../../../support/kind-plan.ts';

const podOf = (ingress: Partial<Plan['ingress']> = {}) => {
  const plan = kindPlan();
  return traefikPod({ ...plan, ingress: { ...plan.ingress, ...ingress } }, 'traefik:test');
};

/** Its arguments by name, in lower case as Traefik takes them; none is given twice. */
function argsOf(ingress: Partial<Plan['ingress']> = {}): Map<string, string> {
  const args = podOf(ingress).container.args ?? [];
  const pairs = args.map((arg) => {
    const [, name = '', value = ''] = arg.match(/^--([^=]+)=(.*)$/) ?? [];
    assert.ok(name !== '', arg);
    return [name.toLowerCase(), value] as const;
  });
  const found = new Map(pairs);
  assert.is(found.size, pairs.length, 'an argument is given twice');
  return found;
}

const allowList = ['10.0.0.0/8', '127.0.0.0/8'];

test('it listens on the ports that the Service and the probe use', () => {
  const { container, name, serviceAccountName } = podOf();
  const args = argsOf();
  assert.equal([name, serviceAccountName, container.image], [names.ingress, names.ingress, 'traefik:test']);
  assert.is(args.get('entrypoints.web.address'), `:${ports.ingress}`);
  assert.is(args.get('entrypoints.ping.address'), `:${ports.ping}`);
  assert.is(args.get('ping.entrypoint'), 'ping');
  assert.equal(
    container.ports?.map(({ containerPort }) => containerPort),
    [ports.ingress, ports.ping],
  );
  assert.equal(container.readinessProbe?.httpGet, { path: '/ping', port: ports.ping });
});

test('TLS ends at a second entry point that has all that the first has', () => {
  const settings = {
    graceTimeOutMs: 11_000,
    requestAcceptGraceTimeoutMs: 12_000,
    trustedIPs: ['10.0.0.0/8'],
  };
  const args = argsOf({ ...settings, tls: true });
  const of = (name: string) =>
    [...args].flatMap(([key, value]) =>
      key.startsWith(`entrypoints.${name}.`) ? [`${key.split('.').slice(2).join('.')}=${value}`] : [],
    );
  assert.equal(of('websecure'), [`address=:${ports.secure}`, ...of('web').slice(1), 'http.tls=true']);
  assert.is(of('web').length, 4);
  assert.equal(
    podOf({ tls: true }).container.ports?.map(({ containerPort }) => containerPort),
    [ports.ingress, ports.secure, ports.ping],
  );
  assert.is(
    [...argsOf(settings).keys()].some((key) => key.startsWith('entrypoints.websecure')),
    false,
  );
});

test('it is asked as the plan has it, and starts late if it is to', () => {
  const readiness = { initialDelayMs: 4000, timeoutMs: 3000, failureThreshold: 5, successThreshold: 2 };
  const { container } = podOf({ readinessPeriodMs: 6000, readiness, startDelayMs: 2500 });
  assert.equal(container.readinessProbe, {
    httpGet: { path: '/ping', port: ports.ping },
    initialDelaySeconds: 4,
    periodSeconds: 6,
    timeoutSeconds: 3,
    failureThreshold: 5,
    successThreshold: 2,
  });
  const [shell, flag, script, name, ...command] = container.command ?? [];
  assert.equal([shell, flag, name, command], ['/bin/sh', '-c', 'late', ['/entrypoint.sh']]);
  // The same script, with another program: its arguments arrive, and SIGTERM ends the wait.
  const run = spawnSync('/bin/sh', ['-c', (script ?? '').replace('2.5', '0.1'), 'late', 'echo', 'a b', 'c']);
  assert.is(String(run.stdout), 'a b c\n');
  const late = spawnSync('/bin/sh', ['-c', (script ?? '').replace('2.5', '3600'), 'late', 'echo'], {
    timeout: 300,
    killSignal: 'SIGTERM',
  });
  assert.equal([String(late.stdout), late.status], ['', 0]);
  assert.is(podOf().container.command, undefined);
});

test("the plan's grace periods, up to whole seconds, and none as none", () => {
  const lifecycle = 'entrypoints.web.transport.lifecycle';
  const given = argsOf({ graceTimeOutMs: 10_000, requestAcceptGraceTimeoutMs: 4100 });
  assert.is(given.get(`${lifecycle}.gracetimeout`), '10s');
  assert.is(given.get(`${lifecycle}.requestacceptgracetimeout`), '5s');
  const none = argsOf({ graceTimeOutMs: 0, requestAcceptGraceTimeoutMs: 0 });
  assert.is(none.get(`${lifecycle}.gracetimeout`), '0s');
  assert.is(none.get(`${lifecycle}.requestacceptgracetimeout`), '0s');
});

for (const [readinessPeriodMs, periodSeconds] of [
  [10_000, 10],
  [2600, 3],
  [100, 1],
] as const)
  test(`a readiness period of ${readinessPeriodMs} ms is one of ${periodSeconds} s`, () =>
    assert.is(podOf({ readinessPeriodMs }).container.readinessProbe?.periodSeconds, periodSeconds));

test('forwarded headers are accepted from trusted addresses only, and from none if no address is trusted', () => {
  const name = 'entrypoints.web.forwardedheaders.trustedips';
  assert.is(argsOf({ trustedIPs: allowList }).get(name), '10.0.0.0/8,127.0.0.0/8');
  const none = argsOf({ trustedIPs: [] });
  assert.is(none.has(name), false);
  assert.not.ok([...none.keys()].some((key) => key.endsWith('forwardedheaders.insecure')));
});

test('the access log is JSON and keeps the one header that names a request', () => {
  const args = argsOf();
  assert.equal([args.get('accesslog'), args.get('accesslog.format')], ['true', 'json']);
  assert.is(args.get('accesslog.fields.headers.defaultmode'), 'drop');
  assert.is(args.get('accesslog.fields.headers.names.x-midflight-id'), 'keep');
});

test('it reveals nothing about itself outside the cluster', () => {
  const args = argsOf();
  assert.is(args.get('global.sendanonymoususage'), 'false');
  assert.is(args.get('global.checknewversion'), 'false');
});

test('the middleware file is where Traefik looks for it', () => {
  const { container, volumes } = podOf();
  const [mount] = container.volumeMounts ?? [];
  assert.is(mount?.mountPath, argsOf().get('providers.file.directory'));
  const volume = volumes?.find(({ name }) => name === mount?.name);
  assert.is(volume?.configMap?.name, traefikConfig(allowList).metadata?.name);
});

test('an allow list is a middleware that the Ingress names', () => {
  const { data } = traefikConfig(allowList);
  const dynamic = parse(data?.['dynamic.yaml'] ?? '');
  const [name] = Object.keys(dynamic.http.middlewares);
  assert.equal(dynamic, {
    http: { middlewares: { [name ?? '']: { ipAllowList: { sourceRange: allowList } } } },
  });
  assert.equal(traefikIngress(allowList).metadata?.annotations, {
    'traefik.ingress.kubernetes.io/router.middlewares': `${name}@file`,
  });
});

test('without an allow list there is no middleware, and none is named', () => {
  // An empty list would let nobody in, and a named middleware that is not there makes the route fail.
  assert.is(parse(traefikConfig([]).data?.['dynamic.yaml'] ?? 'missing'), null);
  assert.equal(traefikIngress([]).metadata?.annotations, {});
});

test("the Ingress sends the workload's host to the app, by the class that Traefik follows", () => {
  const { spec, metadata } = traefikIngress([]);
  assert.is(spec?.ingressClassName, traefikClass().metadata?.name);
  assert.is(spec?.ingressClassName, argsOf().get('providers.kubernetesingress.ingressclass'));
  assert.is(metadata?.namespace, namespace);
  assert.is(spec?.rules?.length, 1);
  const [rule] = spec?.rules ?? [];
  assert.is(rule?.host, hostname);
  assert.equal(rule?.http?.paths, [
    { path: '/', pathType: 'Prefix', backend: { service: { name: names.app, port: { number: 80 } } } },
  ]);
});

test('its account is bound to its role', () => {
  const { roleRef, subjects } = traefikBinding();
  const account = traefikAccount();
  assert.equal(roleRef, {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: traefikRole().metadata?.name,
  });
  assert.equal(subjects, [
    { kind: 'ServiceAccount', name: account.metadata?.name, namespace: account.metadata?.namespace },
  ]);
  assert.is(podOf().serviceAccountName, account.metadata?.name);
});

test('the role may read what an Ingress needs, and write no more than the status of one', () => {
  const rules = traefikRole().rules ?? [];
  const may = (verb: string, group: string, resource: string) =>
    rules.some(
      ({ verbs, apiGroups, resources }) =>
        verbs.includes(verb) && apiGroups?.includes(group) && resources?.includes(resource),
    );
  for (const verb of ['get', 'list', 'watch']) {
    assert.ok(may(verb, '', 'services'));
    assert.ok(may(verb, 'discovery.k8s.io', 'endpointslices'));
    assert.ok(may(verb, 'networking.k8s.io', 'ingresses'));
    assert.ok(may(verb, 'networking.k8s.io', 'ingressclasses'));
  }
  const writes = rules.flatMap(({ verbs, resources }) =>
    verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb)).map((verb) => `${verb} ${resources}`),
  );
  assert.equal(writes, ['update ingresses/status']);
});

test('everything that is made carries the mark without which nothing is deleted', () => {
  const made = [
    traefikConfig([]),
    traefikIngress([]),
    traefikClass(),
    traefikAccount(),
    traefikRole(),
    traefikBinding(),
  ];
  for (const { metadata } of made) assert.equal(metadata?.labels, { ...ownership }, metadata?.name);
});

test.run();
