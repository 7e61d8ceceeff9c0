/** The scenario schema's words, here without the schema's weight: --help must be quick. A test holds them together. */
export const policyNames = ['Cluster', 'Local', 'Cluster->Local', 'Local->Cluster'] as const;
