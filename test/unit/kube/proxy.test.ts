import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { proxyFor } from '../../../src/kube/proxy.ts';

const test = suite('the proxy of the environment');
const HTTPS_PROXY = 'http://proxy:3128';

test('https has its own variable, in upper or lower case, with or without a scheme', () => {
  assert.is(proxyFor('https://api.example', { HTTPS_PROXY }), HTTPS_PROXY);
  assert.is(proxyFor('https://api.example', { https_proxy: 'proxy:3128' }), HTTPS_PROXY);
  assert.is(proxyFor('https://api.example', { HTTP_PROXY: HTTPS_PROXY }), undefined);
  assert.is(proxyFor('http://api.example', { HTTP_PROXY: HTTPS_PROXY }), HTTPS_PROXY);
  assert.is(proxyFor('https://api.example', {}), undefined);
});

test('loopback is reached directly', () => {
  for (const host of ['localhost', '127.0.0.1:6443', '127.9.0.1', '[::1]:6443'])
    assert.is(proxyFor(`https://${host}`, { HTTPS_PROXY }), undefined, host);
});

test('NO_PROXY: names, subdomains, addresses, ranges, ports', () => {
  const direct = (NO_PROXY: string, host: string) =>
    proxyFor(`https://${host}`, { HTTPS_PROXY, NO_PROXY }) === undefined;
  const cases: [string, string, boolean][] = [
    ['*', 'api.example', true],
    ['example', 'api.example', true],
    ['ample', 'api.example', false],
    ['.example', 'api.example', true],
    ['.example', 'example', false],
    ['*.example', 'api.example', true],
    ['10.0.0.1', '10.0.0.1:6443', true],
    ['10.0.0.1', '10.0.0.10', false],
    ['10.0.0.0/8', '10.9.9.9', true],
    ['10.0.0.0/8', '11.9.9.9', false],
    ['10.0.0.0/8', 'api.example', false],
    ['fd00::/8', '[fd12::1]:6443', true],
    ['other, api.example:6443', 'api.example:6443', true],
    ['api.example:443', 'api.example', true],
    ['api.example:443', 'api.example:6443', false],
    ['10.0.0.0/x', '10.0.0.1', false],
  ];
  for (const [no, host, expected] of cases) assert.is(direct(no, host), expected, `${no} for ${host}`);
});

test.run();
