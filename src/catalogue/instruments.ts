/*
 * What measures, and what else of ours can make a measurement wrong by being late. How late each may be is in
 * src/plan/instruments.ts.
 */

/**
 * What an instrument measures. accept: the edge's accept of connections, read from client's connect and edge's log.
 * cluster: the processes of which an embedded cluster is made; late, they fail what a healthy cluster serves.
 * other: an instrument that is not known; what it measures is not known either.
 */
export const instrumentKinds = ['probe', 'streams', 'edge', 'accept', 'cluster', 'engine', 'other'] as const;
export type InstrumentKind = (typeof instrumentKinds)[number];

/** Late, it holds up any request alike: what it adds is seen, and nothing is hidden by it. */
export const delaysAll = (kind: InstrumentKind): boolean => kind === 'accept' || kind === 'cluster';

/** As history and report name the instruments that are no load item of the scenario. */
export const ownInstruments = { edge: 'edge', accept: 'edge accept', cluster: 'cluster' } as const;

/** The kind of the instrument of this name; undefined: none of ours has it. */
export const ownInstrumentKind = (name: string): keyof typeof ownInstruments | undefined =>
  kinds.find((kind) => ownInstruments[kind] === name);

const kinds = Object.keys(ownInstruments) as (keyof typeof ownInstruments)[];
