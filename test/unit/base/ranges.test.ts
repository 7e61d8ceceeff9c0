import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isRange, ranges } from '../../../src/base/ranges.ts';
import { ingressConfig } from '../../../src/workload/ingress/config.ts';

test('IPv4, IPv6 and IPv4 mapped into IPv6', () => {
  const within = ranges(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);
  const inside = ['10.0.0.0', '10.255.255.255', '192.0.2.7', '2001:db8:ffff::1', '::1', '::ffff:10.1.2.3'];
  const outside = ['11.0.0.0', '192.0.2.8', '2001:db9::1', '::2', '::ffff:11.0.0.1', '', 'none'];
  assert.equal(
    inside.filter((address) => !within(address)),
    [],
  );
  assert.equal(outside.filter(within), []);
});

test('a zone is no part of an address', () => {
  assert.ok(ranges(['fe80::/10'])('fe80::1%eth0'));
});

test('/0 holds all of its family and none of the other', () => {
  const within = ranges(['0.0.0.0/0']);
  assert.ok(within('203.0.113.1') && within('::ffff:203.0.113.1') && !within('2001:db8::1'));
});

test('an empty list holds nothing', () => {
  assert.not.ok(ranges([])('127.0.0.1'));
});

test('something that is not a range is refused', () => {
  for (const text of [
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    'host',
    '',
  ])
    assert.not.ok(isRange(text), text);
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '::/0', '::1', '10.1.2.3/32'])
    assert.ok(isRange(text), text);
  const found = ingressConfig.safeParse({ role: 'ingress', allowList: ['10.0.0.0/40'] });
  assert.ok(found.error?.issues.some((issue) => issue.path.join('.') === 'allowList.0'));
});

test.run();
