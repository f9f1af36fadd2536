/** What the commands print with --json, as far as `npm start` shows it (docs/cli.md). */
export interface Initialised {
  readonly log: string
}

export interface Appended {
  readonly entries: number
  readonly publish?: {
    readonly unchanged: boolean
    readonly chunks: number
    /** Gas units, as a decimal text. */
    readonly gasUsed?: string
    readonly block: { readonly number: number }
  }
}

export interface Synced {
  readonly entries: number
  readonly block: { readonly number: number }
  readonly costs: { readonly rounds: number; readonly chunks: number; readonly bytes: number }
}

export interface Verified {
  readonly entries: number
}
