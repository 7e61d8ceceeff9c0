/** The run that a command reads again, the same on each of them. */
export const dirArgument = {
  type: 'string',
  demandOption: true,
  describe: 'A report folder, or its history.ndjson',
} as const;
