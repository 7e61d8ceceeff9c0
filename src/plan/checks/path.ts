/** The path of a setting in the file: in the provider's block if that has it, else at the top level. */
export type PathTo = (key: string, ...rest: readonly PropertyKey[]) => readonly PropertyKey[];
