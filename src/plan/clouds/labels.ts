/** Labels that a cloud puts on its preemptible (spot) nodes. */
export type CloudLabels = Readonly<Record<string, string>>;
