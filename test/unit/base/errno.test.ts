import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errnoWords } from '../../../src/base/errno.ts';

test('an error of our own side is reported in words, with its name', () => {
  const cases = [
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /^the certificate is not accepted \(/],
    ['CERT_HAS_EXPIRED', /^the certificate/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /^the certificate/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /^the certificate/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /^the certificate/],
    ['ENOTFOUND', /^the name cannot be resolved \(ENOTFOUND\)$/],
    ['EAI_AGAIN', /^the name/],
    ['EMFILE', /^too many open files/],
    ['EADDRNOTAVAIL', /^no local port/],
    ['EPERM', /^not allowed/],
    ['EWHATEVER', /^EWHATEVER$/],
  ] as const;
  for (const [errno, words] of cases) assert.match(errnoWords(errno), words);
});

test.run();
