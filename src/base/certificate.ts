import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/*
 * Self-signed certificates, made anew by whoever needs one: no key is kept anywhere, and no tool is needed.
 */

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (...bytes: number[]) => der(0x06, Buffer.from(bytes));
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content);
const time = (year: number) => der(0x18, Buffer.from(`${year}0101000000Z`));

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const commonName = oid(0x55, 0x04, 0x03);
const subjectAltName = oid(0x55, 0x1d, 0x11);
const basicConstraints = oid(0x55, 0x1d, 0x13);
const subjectKeyIdentifier = oid(0x55, 0x1d, 0x0e);

/** For these DNS names (RFC 5280). It is its own authority, so that a client can be told to trust it. */
export function selfSigned(...names: string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subjectPublicKey = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(names[0] ?? 'test', 'utf8')))));
  const dnsNames = names.map((text) => der(0x82, Buffer.from(text, 'ascii')));
  const keyId = createHash('sha1').update(subjectPublicKey).digest();
  const extensions = sequence(
    sequence(subjectAltName, der(0x04, sequence(...dnsNames))),
    sequence(basicConstraints, der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
    sequence(subjectKeyIdentifier, der(0x04, der(0x04, keyId))),
  );
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    name,
    sequence(time(2020), time(2120)),
    name,
    subjectPublicKey,
    der(0xa3, extensions),
  );
  const whole = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
