import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalAddress, withinNetworks } from '../../../src/transit/address.ts';
import { readConntrack } from '../../../src/transit/conntrack.ts';
import { countTransit, type TransitService } from '../../../src/transit/count.ts';

const service = (more: Partial<TransitService> = {}): TransitService => ({
  key: 'web/traefik',
  ports: [{ protocol: 'tcp', port: 80, nodePort: 30_080 }],
  addresses: new Set(['203.0.113.9']),
  endpoints: new Map([
    ['10.244.1.5', 'a'],
    ['10.244.2.6', 'b'],
    ['fd00:10:244:1::5', 'a'],
  ]),
  ...more,
});
const node = (name: string) => ({ name, podNetworks: ['10.244.3.0/24', 'fd00:10:244:3::/64'] });

let clientPort = 40_000;
function flow(to: string, reply: string, more: { from?: string; state?: string; l4?: string } = {}) {
  clientPort += 1;
  const { from = '172.18.0.1', state = 'ESTABLISHED', l4 = 'tcp      6' } = more;
  const [destination = '', dport = ''] = to.split(' ');
  const [source = '', sport = ''] = reply.split(' ');
  return `ipv4     2 ${l4} 431999 ${state} src=${from} dst=${destination} sport=${clientPort} dport=${dport} src=${source} dst=${destination} sport=${sport} dport=${clientPort} [ASSURED] mark=0 zone=0 use=2`;
}
const counted = (name: string, lines: readonly string[], services = [service()]) =>
  countTransit(node(name), readConntrack(lines.join('\n')).flows, services);

test('through a node without a pod: all belong to pods elsewhere', () => {
  const lines = [
    flow('172.18.0.4 30080', '10.244.1.5 8000'),
    flow('172.18.0.4 30080', '10.244.2.6 8000'),
    flow('172.18.0.4 30080', '10.244.2.6 8000', { state: 'CLOSE_WAIT' }),
    flow('172.18.0.4 30080', '10.244.2.6 8000', { state: 'TIME_WAIT' }),
    flow('172.18.0.4 30080', '10.244.2.6 8000', { state: 'LAST_ACK' }),
  ];
  assert.equal(counted('spot', lines), {
    ...{ node: 'spot', transit: 3, local: 0, gone: 0 },
    services: [{ service: 'web/traefik', transit: 3, local: 0, gone: 0 }],
  });
});

test('through a node with a pod: its own and those that it passes on are distinguished', () => {
  const { transit, local } = counted('a', [
    flow('172.18.0.2 30080', '10.244.1.5 8000'),
    flow('172.18.0.2 30080', '10.244.2.6 8000'),
  ]);
  assert.equal({ transit, local }, { transit: 1, local: 1 });
});

test('what another node passes on to a pod here is counted there, not here', () => {
  assert.is(counted('a', [flow('10.244.1.5 8000', '10.244.1.5 8000', { from: '172.18.0.4' })]).local, 0);
});

test("the balancer's own address with the Service's port, and not with another", () => {
  assert.is(counted('spot', [flow('203.0.113.9 80', '10.244.1.5 8000')]).transit, 1);
  assert.is(counted('spot', [flow('203.0.113.9 8080', '10.244.1.5 8000')]).transit, 0);
  assert.is(counted('spot', [flow('198.51.100.1 80', '10.244.1.5 8000')]).transit, 0);
});

test("connections of the node's own pods are left out", () => {
  assert.is(counted('spot', [flow('203.0.113.9 80', '10.244.1.5 8000', { from: '10.244.3.7' })]).transit, 0);
  assert.is(counted('spot', [flow('203.0.113.9 80', '10.244.1.5 8000', { from: '10.244.2.7' })]).transit, 1);
});

test('a pod that is no endpoint any more: gone; a listener of the node itself: none of the Service', () => {
  const { transit, gone } = counted('spot', [
    flow('172.18.0.4 30080', '10.244.9.9 8000'),
    flow('172.18.0.4 30080', '172.18.0.4 30080'),
  ]);
  assert.equal({ transit, gone }, { transit: 0, gone: 1 });
});

test('an endpoint on the network of another node, and one outside the cluster', () => {
  const own = service({
    endpoints: new Map([
      ['172.18.0.2', 'a'],
      ['192.0.2.50', null],
    ]),
  });
  const lines = [flow('172.18.0.4 30080', '172.18.0.2 80'), flow('172.18.0.4 30080', '192.0.2.50 80')];
  assert.is(counted('spot', lines, [own]).transit, 2);
});

test('protocols are kept apart', () => {
  const dns = service({
    key: 'web/dns',
    ports: [{ protocol: 'udp', port: 53, nodePort: 30_080 }],
    endpoints: new Map([['10.244.2.6', 'b']]),
  });
  const udp =
    'ipv4     2 udp      17 100 src=172.18.0.1 dst=172.18.0.4 sport=999 dport=30080 src=10.244.2.6 dst=172.18.0.4 sport=53 dport=999 [ASSURED] mark=0 use=1';
  const { services } = counted('spot', [udp, flow('172.18.0.4 30080', '10.244.1.5 8000')], [service(), dns]);
  assert.equal(
    services.map(({ service: key, transit }) => [key, transit]),
    [
      ['web/dns', 1],
      ['web/traefik', 1],
    ],
  );
});

test('IPv6 as /proc writes it', () => {
  const line =
    'ipv6     10 tcp      6 431990 ESTABLISHED src=2001:0db8:0000:0000:0000:0000:0000:0007 dst=fc00:0f85:3000:0000:0000:0000:0000:0004 sport=40122 dport=30080 src=fd00:0010:0244:0001:0000:0000:0000:0005 dst=fc00:0f85:3000:0000:0000:0000:0000:0004 sport=8000 dport=55012 [ASSURED] mark=0 zone=0 use=2';
  assert.is(counted('spot', [line]).transit, 1);
  assert.is(counted('a', [line]).local, 1);
  const own = line.replace('2001:0db8:0000:0000:0000', 'fd00:0010:0244:0003:0000');
  assert.is(counted('spot', [own]).transit, 0);
});

test('addresses and networks', () => {
  assert.is(canonicalAddress('FD00:0:0:0:0:0:0:1'), 'fd00::1');
  assert.is(canonicalAddress('::ffff:10.0.0.7'), '10.0.0.7');
  assert.is(canonicalAddress('10.0.0'), null);
  assert.is(canonicalAddress('fe80::1%eth0'), null);
  const within = withinNetworks(['10.244.1.0/24', 'nonsense', '10.0.0.0/99', '10.9.0.0']);
  assert.ok(within('10.244.1.255'));
  assert.not(within('10.244.2.1'));
  assert.not(within('10.9.0.0'));
  assert.not(within('::1'));
});

test.run();
