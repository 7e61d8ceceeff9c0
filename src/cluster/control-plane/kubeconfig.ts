/**
 * The kubeconfig of an embedded control plane, as JSON (which is YAML). client-node 1.4 refuses plain HTTP unless
 * skipTLSVerify is set (its src/config.ts: createAgent), though there is no TLS to verify.
 */
export function embeddedKubeconfig(host: string, port: number): string {
  const name = 'midflight-embedded';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: `http://${host}:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  });
}
