import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isLiveFlow, readConntrack } from '../../../src/transit/conntrack.ts';

const one = (line: string) => {
  const { flows, unread } = readConntrack(line);
  assert.equal(unread, []);
  assert.is(flows.length, 1);
  const [flow] = flows;
  if (flow === undefined) throw new Error('no flow');
  return flow;
};

test('a node port under Cluster, as /proc/net/nf_conntrack has it: sent on to a pod, with the source rewritten', () => {
  const flow = one(
    'ipv4     2 tcp      6 431999 ESTABLISHED src=172.18.0.1 dst=172.18.0.4 sport=51234 dport=30080 src=10.244.1.5 dst=172.18.0.4 sport=8000 dport=10733 [ASSURED] mark=0 zone=0 use=2',
  );
  assert.equal(flow, {
    family: 'ipv4',
    protocol: 'tcp',
    state: 'ESTABLISHED',
    original: {
      source: '172.18.0.1',
      destination: '172.18.0.4',
      sourcePort: 51_234,
      destinationPort: 30_080,
    },
    reply: { source: '10.244.1.5', destination: '172.18.0.4', sourcePort: 8000, destinationPort: 10_733 },
    replied: true,
  });
  assert.ok(isLiveFlow(flow));
});

test('the same as conntrack -L -o extended prints it, with its summary', () => {
  const { flows, unread } = readConntrack(
    [
      'ipv4     2 tcp      6 86397 ESTABLISHED src=172.18.0.1 dst=172.18.0.4 sport=51234 dport=30080 src=10.244.1.5 dst=172.18.0.4 sport=8000 dport=10733 [ASSURED] mark=0 use=1',
      'conntrack v1.4.8 (conntrack-tools): 1 flow entries have been shown.',
      '',
    ].join('\n'),
  );
  assert.equal(unread, []);
  assert.is(flows[0]?.reply.source, '10.244.1.5');
});

test('without -o extended, with accounting, zones, a security context and timestamps', () => {
  const flow = one(
    'tcp      6 117 SYN_RECV src=203.0.113.7 dst=198.51.100.2 sport=4711 dport=443 zone-orig=1 packets=1 bytes=60 src=10.0.3.9 dst=198.51.100.2 sport=8443 dport=1024 packets=1 bytes=60 mark=256 secctx=system_u:object_r:unlabeled_t:s0 zone=3 delta-time=12 use=1',
  );
  assert.is(flow.state, 'SYN_RECV');
  assert.is(flow.original.destinationPort, 443);
  assert.is(flow.reply.sourcePort, 8443);
  assert.ok(isLiveFlow(flow));
});

test('IPv6 in full and in short form are the same address', () => {
  const full = one(
    'ipv6     10 tcp      6 431990 ESTABLISHED src=2001:0db8:0000:0000:0000:0000:0000:0007 dst=fc00:0f85:3000:0000:0000:0000:0000:0004 sport=40122 dport=30080 src=fd00:0010:0244:0001:0000:0000:0000:0005 dst=fc00:0f85:3000:0000:0000:0000:0000:0004 sport=8000 dport=55012 [ASSURED] mark=0 zone=0 use=2',
  );
  const short = one(
    'ipv6     10 tcp      6 431990 ESTABLISHED src=2001:db8::7 dst=fc00:f85:3000::4 sport=40122 dport=30080 src=fd00:10:244:1::5 dst=fc00:f85:3000::4 sport=8000 dport=55012 [ASSURED] mark=0 use=1',
  );
  assert.equal(full, short);
  assert.is(short.family, 'ipv6');
  assert.is(short.reply.source, 'fd00:10:244:1::5');
});

test('UDP has no state; without an answer it is not live', () => {
  const answered = one(
    'ipv4     2 udp      17 118 src=10.0.0.9 dst=10.0.0.1 sport=5353 dport=30053 src=10.244.2.2 dst=10.0.0.1 sport=53 dport=5353 [ASSURED] mark=0 zone=0 use=2',
  );
  assert.is(answered.state, null);
  assert.ok(isLiveFlow(answered));
  const silent = one(
    'ipv4     2 udp      17 29 src=10.0.0.9 dst=10.0.0.1 sport=5353 dport=30053 [UNREPLIED] src=10.244.2.2 dst=10.0.0.1 sport=53 dport=5353 mark=0 zone=0 use=2',
  );
  assert.is(silent.replied, false);
  assert.not(isLiveFlow(silent));
});

test('an entry that a flow table has taken over has neither time nor state, and is live', () => {
  for (const flag of ['[OFFLOAD]', '[HW_OFFLOAD]']) {
    const flow = one(
      `ipv4     2 tcp      6 src=10.0.0.9 dst=10.0.0.1 sport=4000 dport=30080 src=10.244.2.2 dst=10.0.0.1 sport=8000 dport=4000 ${flag} mark=0 zone=0 use=3`,
    );
    assert.is(flow.state, null);
    assert.ok(isLiveFlow(flow));
  }
});

test('which TCP states are live', () => {
  const live = (state: string, flag = '') =>
    isLiveFlow(
      one(
        `ipv4     2 tcp      6 20 ${state} src=10.0.0.9 dst=10.0.0.1 sport=4000 dport=30080 ${flag}src=10.244.2.2 dst=10.0.0.1 sport=8000 dport=4000 mark=0 use=1`,
      ),
    );
  for (const state of ['SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT']) assert.ok(live(state), state);
  for (const state of ['SYN_SENT', 'SYN_SENT2', 'LAST_ACK', 'TIME_WAIT', 'CLOSE', 'NONE'])
    assert.not(live(state), state);
  assert.not(live('SYN_SENT', '[UNREPLIED] '));
  assert.not(live('ESTABLISHED', '[UNREPLIED] '));
});

test('SCTP: established counts, an end that is answered does not', () => {
  const at = (state: string) =>
    isLiveFlow(
      one(
        `ipv4     2 sctp     132 9 ${state} src=10.0.0.9 dst=10.0.0.1 sport=4000 dport=30080 src=10.244.2.2 dst=10.0.0.1 sport=8000 dport=4000 [ASSURED] mark=0 use=1`,
      ),
    );
  assert.ok(at('ESTABLISHED'));
  assert.not(at('SHUTDOWN_ACK_SENT'));
});

test('ICMP and GRE have no ports, and are read all the same', () => {
  const ping = one(
    'ipv4     2 icmp     1 29 src=172.18.0.4 dst=172.18.0.1 type=8 code=0 id=12 src=172.18.0.1 dst=172.18.0.4 type=0 code=0 id=12 mark=0 zone=0 use=2',
  );
  assert.is(ping.original.destinationPort, null);
  one(
    'ipv6     10 icmpv6   58 29 src=fe80::1 dst=fe80::2 type=128 code=0 id=7 src=fe80::2 dst=fe80::1 type=129 code=0 id=7 mark=0 use=1',
  );
  one(
    'ipv4     2 gre      47 179 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0x64 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 srckey=0x64 dstkey=0x0 mark=0 use=1',
  );
  one(
    'ipv4     2 unknown  112 599 src=10.0.0.1 dst=224.0.0.18 [UNREPLIED] src=224.0.0.18 dst=10.0.0.1 mark=0 zone=0 use=2',
  );
});

test('a line that is cut off or damaged is reported, never skipped', () => {
  const lines = [
    'ipv4     2 tcp      6 431999 ESTABLISHED src=172.18.0.1 dst=172.18.0.4 sport=51234 dport=300',
    'ipv4     2 tcp      6 431999 ESTABLISHED src=172.18.0.1 dst=172.18.0 sport=1 dport=2 src=10.244.1.5 dst=172.18.0.4 sport=8000 dport=1',
    'ipv4     2 tcp      6 431999 ESTABLISHED src=172.18.0.1 dst=172.18.0.4 sport=1 dport=99999 src=10.244.1.5 dst=172.18.0.4 sport=8000 dport=1',
    'cat: /proc/net/nf_conntrack: Permission denied',
  ];
  assert.equal(readConntrack(lines.join('\n')).unread, lines);
});

test.run();
