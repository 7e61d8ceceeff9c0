import type { EndpointView } from './types.ts';

/** A connection that came in by a node port and was sent on, as far as the table shows it. */
export interface PassedOn {
  readonly client: { readonly address: string; readonly port: number };
  /** Keyed by the Service's port number, whatever port of the machine it is. */
  readonly nodePort: number;
  readonly endpoint: Pick<EndpointView, 'address' | 'port'>;
  /** The pod has answered. */
  readonly connected: boolean;
}

/** Seconds that an established connection stays in the kernel's table (nf_conntrack_tcp_timeout_established): 5 days. */
const established = 432_000;
/** nf_conntrack_tcp_timeout_syn_sent */
const synSent = 120;

/**
 * The entry that the kernel would have (net/netfilter/nf_conntrack_standalone.c, ct_seq_show), so that whoever reads the tables
 * of real nodes reads this one too. The port that masquerading chose is not known here: the client's is used instead.
 */
export function tableLine(node: string, { client, nodePort, endpoint, connected }: PassedOn): string {
  const state = connected ? `${established} ESTABLISHED` : `${synSent} SYN_SENT`;
  const original = `src=${client.address} dst=${node} sport=${client.port} dport=${nodePort}`;
  const reply = `src=${endpoint.address} dst=${node} sport=${endpoint.port} dport=${client.port}`;
  const flags = connected ? ' [ASSURED]' : '';
  return `ipv4     2 tcp      6 ${state} ${original} ${connected ? '' : '[UNREPLIED] '}${reply}${flags} mark=0 zone=0 use=1\n`;
}
