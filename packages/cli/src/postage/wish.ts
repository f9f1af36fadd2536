import type { BatchWish } from '@remote-log/client'
import { InvalidArgumentError } from '@remote-log/core'

export interface Wish {
  readonly size?: number
  readonly depth?: number
  readonly days?: number
}

/** What a new batch is to be, from the options of the command line. @throws INVALID_ARGUMENT */
export function wishOf({ size, depth, days }: Wish): BatchWish {
  if (days === undefined) throw new InvalidArgumentError('--days is missing: how long it is to last', {})
  if (depth !== undefined && size === undefined) return { depth, days }
  if (size !== undefined && depth === undefined) return { bytes: size, days }
  throw new InvalidArgumentError('give either --size or --depth', {})
}
