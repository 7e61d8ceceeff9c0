/** What a load tool says of its own requests. */
export interface OwnFigures {
  readonly good: number;
  readonly bad: number;
  /** In its own words. */
  readonly said: string;
}
