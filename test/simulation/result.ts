/** What the command says in JSON. */
export interface Result {
  readonly seeds: number;
  /** A kept scenario has no seed. */
  readonly reds: readonly { readonly seed?: number; readonly invariant: string; readonly message: string }[];
  readonly felt: Readonly<Record<string, number>>;
}
