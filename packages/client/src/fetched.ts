import type { Missed } from './missed.ts'
import type { ReadPage } from './page-link.ts'

/** A page, or why it can't be had now. */
export type Fetched = ReadPage | { readonly index: number; readonly missed: Missed }
