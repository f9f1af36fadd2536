import { InvalidArgumentError } from '@remote-log/core'
import { formatBzz } from './bzz.ts'

/** What the chain charges for postage. */
export interface PostagePrice {
  /** PLUR per chunk and block. */
  readonly pricePlur: bigint
  /** Milliseconds from one block to the next. */
  readonly blockTimeMs: number
  /** A new batch, and one after a dilution, must last so many blocks at least: 17,280, a day of 5-second blocks. */
  readonly minimumValidityBlocks: number
}

/** What a batch is to hold, and how long. */
export interface PostageNeed {
  /** log2 of the chunks that are paid for, 17 to 255. */
  readonly depth: number
  /** Days that it is to last, from 0; at least a day of 5-second blocks is bought. */
  readonly days: number
}

/** What postage costs, in plain units. */
export interface PostageQuote extends PostagePrice {
  readonly depth: number
  /** PLUR per chunk: what Bee's `POST /stamps/{amount}/{depth}` takes. */
  readonly amountPlur: bigint
  /** PLUR in all: amount × 2^depth, exact. Gas comes on top. */
  readonly costPlur: bigint
  /** The same in BZZ, decimal and exact, without the unit. */
  readonly costBzz: string
  /** How long it lasts at this price, in seconds; undefined where storage costs nothing. */
  readonly seconds: number | undefined
  /** Unix time in milliseconds at which that ends, if the price stays; undefined where storage costs nothing. */
  readonly expires: number | undefined
}

export const MS_PER_DAY = 86_400_000
export const MINIMUM_DEPTH = 17
export const MAXIMUM_DEPTH = 255

/**
 * What a new batch costs. Blocks and amount are rounded up, so that it lasts no shorter than asked for, and Bee's
 * minimum (more than `minimumValidityBlocks` at the price, `pkg/api/postage.go`) is kept.
 * @param now Unix time in milliseconds
 * @throws INVALID_ARGUMENT
 */
export function quoteBatch(price: PostagePrice, need: PostageNeed, now: number): PostageQuote {
  checkPrice(price)
  demandDepth(need.depth)
  const least = price.pricePlur * BigInt(price.minimumValidityBlocks) + 1n
  const wanted = price.pricePlur * blocksFor(need.days, price.blockTimeMs)
  return quoteAmount(price, need.depth, wanted > least ? wanted : least, now)
}

/** What it costs to let a batch of this depth last `days` days longer. @throws INVALID_ARGUMENT */
export function quoteTopUp(price: PostagePrice, need: PostageNeed, now: number, left = 0): PostageQuote {
  checkPrice(price)
  demandDepth(need.depth)
  const amount = price.pricePlur * blocksFor(need.days, price.blockTimeMs)
  return quoteAmount(price, need.depth, amount > 0n ? amount : 1n, now, left)
}

/** The costs of an amount per chunk. @param left seconds that the batch has without it */
export function quoteAmount(
  price: PostagePrice,
  depth: number,
  amountPlur: bigint,
  now: number,
  left = 0,
): PostageQuote {
  const costPlur = amountPlur << BigInt(depth)
  const seconds = price.pricePlur === 0n ? undefined : secondsOf(amountPlur, price) + left
  const expires = seconds === undefined ? undefined : now + seconds * 1000
  return { ...price, depth, amountPlur, costPlur, costBzz: formatBzz(costPlur), seconds, expires }
}

/** Whole seconds that an amount per chunk lasts: rounded down. */
export function secondsOf(amountPlur: bigint, { pricePlur, blockTimeMs }: PostagePrice): number {
  return Number(((amountPlur / pricePlur) * BigInt(Math.round(blockTimeMs))) / 1000n)
}

/** @throws INVALID_ARGUMENT */
export function demandDepth(depth: number): void {
  if (Number.isInteger(depth) && depth >= MINIMUM_DEPTH && depth <= MAXIMUM_DEPTH) return
  throw new InvalidArgumentError(
    `a batch has a depth of ${MINIMUM_DEPTH} to ${MAXIMUM_DEPTH}, not ${depth}`,
    {
      depth,
    },
  )
}

function checkPrice({ pricePlur, blockTimeMs, minimumValidityBlocks }: PostagePrice): void {
  if (pricePlur < 0n) throw new RangeError(`a price is not negative: ${pricePlur}`)
  if (!(blockTimeMs >= 1) || !Number.isFinite(blockTimeMs)) {
    throw new InvalidArgumentError(`blocks take 1 ms or more, not ${blockTimeMs}`, { blockTimeMs })
  }
  if (!Number.isSafeInteger(minimumValidityBlocks) || minimumValidityBlocks < 0) {
    throw new RangeError(`no number of blocks: ${minimumValidityBlocks}`)
  }
}

function blocksFor(days: number, blockTimeMs: number): bigint {
  const ms = Math.ceil(days * MS_PER_DAY)
  if (!(days >= 0) || !Number.isSafeInteger(ms)) {
    throw new InvalidArgumentError(`${days} is no number of days`, { days })
  }
  const block = BigInt(Math.round(blockTimeMs))
  return (BigInt(ms) + block - 1n) / block
}
