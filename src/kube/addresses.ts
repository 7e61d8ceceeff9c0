interface WithAddresses {
  readonly status?:
    | {
        readonly addresses?:
          | readonly { readonly type: string; readonly address: string }[]
          | null
          | undefined;
      }
    | null
    | undefined;
}

/** The address by which other machines of its cluster reach a node; undefined: it has none yet. */
export const internalAddressOf = ({ status }: WithAddresses): string | undefined =>
  status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
