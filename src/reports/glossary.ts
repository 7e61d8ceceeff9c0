/*
 * The words of the report, explained in the page itself. Sources: Kubernetes' docs ("Virtual IPs and service proxies");
 * Cloudflare's docs, "Error 520" to "Error 524".
 */
export const glossary: readonly (readonly [term: string, meaning: string])[] = [
  [
    'Cluster, Local',
    'The two values of externalTrafficPolicy. Cluster: any node passes a connection on to any pod. Local: a node gives connections only to its own pods, and the load balancer sends none to a node without one.',
  ],
  [
    'Cluster->Local',
    'The policy is changed while requests are under way (the flip), and the fault comes after that. Connections opened before the flip stay on their old path.',
  ],
  ['stream', 'A slow request that was under way when something happened; its answer comes in chunks.'],
  [
    'new connection',
    'A short request of the probe that opens a connection of its own, sent at fixed times whatever became of the one before. Kept connections are reused by the next request.',
  ],
  [
    'lost',
    'A request without a whole and correct answer. Requests that midflight ended itself are cancelled, not lost.',
  ],
  [
    'expected',
    'The share of streams that the fault should take, from topology and policy alone, before anything is measured. The interval beside a measured share is Wilson\u2019s, 95 %.',
  ],
  [
    'transit, ingress, endpoint',
    'Why a stream was lost: the dead node only passed it on (Local would have spared it), ran its ingress pod, or ran its app pod.',
  ],
  ['switchover', 'Lost to a change of the policy, not to the death of a node.'],
  ['no-target', 'The load balancer had no healthy node to send it to.'],
  ['unattributed', 'Lost, and the recorded path does not show why.'],
  [
    'failover',
    'From the disturbance to the first new connection that works again and is followed by a whole stability window of working ones.',
  ],
  [
    'outage',
    'From the first to the last failed new connection. It begins later than the disturbance, so it is shorter than the failover.',
  ],
  [
    'resolution',
    'How much later the true end may be than the reported one, with 95 % confidence. The fewer connections fail, the longer a failure can go unseen.',
  ],
  ['none', 'Measured, and no new connection failed.'],
  ['-', 'Nothing to measure: no such event belongs to this trial, or there was no probe.'],
  [
    'unknown',
    'Not measured, or an instrument was too late to be trusted. An unknown repeat is left out of the comparison and never counts as a pass. ">= 2.7 s" means: at least this long.',
  ],
  ['520', 'Cloudflare got an empty, malformed or reset answer.'],
  ['521', 'The origin refused the connection.'],
  ['522', 'The origin did not answer the TCP handshake within 19 s.'],
  ['523', 'The origin could not be reached.'],
  ['524', 'The connection stood, and no answer came within 120 s.'],
  ['525', 'No TLS handshake with the origin came about.'],
  ['526', "The origin's certificate was not accepted."],
  ['530', "The origin's name had no address (error 1016)."],
  [
    'cut short',
    'The answer had begun, so its status (200) stands, and the visitor gets only part of the body.',
  ],
  ['slow to connect', 'The handshake took longer than a probe waits, but less than the 19 s of a 522.'],
  ['unclear', 'Lost, and nobody waited long enough to see what the CDN would have answered.'],
];
