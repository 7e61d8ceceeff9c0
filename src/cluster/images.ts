/** Images that an embedded node knows how to run: each is a process of ours. */
export const images = { app: 'midflight/app', ingress: 'midflight/ingress' } as const;
/** The ingress' settings, as JSON in the pod's environment. */
export const ingressSettingsEnv = 'MIDFLIGHT_INGRESS';

/** Environment of the app: it speaks HTTP/2 as well, without TLS (h2c). */
export const h2Env = 'MIDFLIGHT_H2';

/** Environment of a container: how long it takes to listen, real milliseconds. */
export const startDelayEnv = 'MIDFLIGHT_START_DELAY';
