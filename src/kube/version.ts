/** The Kubernetes release that a kind cluster runs by default, and whose behaviour the embedded cluster models. */
export const modelledKubernetes = 'v1.37.0';
