/** OpenSSL's own alerts apart: in those the server speaks of our certificate. */
const certificate = /^(?!ERR_SSL_).*(CERT|ISSUER|SIGNATURE|ALTNAME)/;

const words: readonly (readonly [RegExp, string])[] = [
  [certificate, 'the certificate is not accepted'],
  [/^(ENOTFOUND|EAI_)/, 'the name cannot be resolved'],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST)$/,
    'the server does not speak TLS',
  ],
  [/^E[MN]FILE$/, 'too many open files'],
  [/^(EADDRNOTAVAIL|EADDRINUSE)$/, 'no local port is free'],
  [/^(ENOBUFS|ENOMEM)$/, 'no memory for another socket'],
  [/^(EACCES|EPERM)$/, 'not allowed'],
];

/** What an error's name means if it is our own side's: `too many open files (EMFILE)`; another name as it is. */
export function errnoWords(errno: string): string {
  const [, said] = words.find(([pattern]) => pattern.test(errno)) ?? [];
  return said === undefined ? errno : `${said} (${errno})`;
}

/** The names that node gives to OpenSSL's verdicts on a certificate, and its own on the host's name. */
export const isCertificate = (errno: string): boolean => certificate.test(errno);
