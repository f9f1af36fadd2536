import { type BlockRef, UnavailableError } from '@remote-log/core'

/** A block as `eth_getBlockBy…` answers it; `undefined` where it answers null: no such block. @throws UNAVAILABLE */
export function parseBlock(answer: unknown): BlockRef | undefined {
  if (answer === null) return undefined
  const { number, hash, timestamp } = (answer ?? {}) as Record<string, unknown>
  if (typeof hash !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(hash)) throw notABlock('hash')
  return {
    number: safeNumber(number, 'number'),
    hash: hash.toLowerCase(),
    timestamp: safeNumber(timestamp, 'timestamp'),
  }
}

/** The hash of the block before, as the same answer states it; undefined where it does not. */
export function parentHashOf(answer: unknown): string | undefined {
  const { parentHash } = (answer ?? {}) as Record<string, unknown>
  return typeof parentHash === 'string' ? parentHash.toLowerCase() : undefined
}

function safeNumber(value: unknown, what: string): number {
  const number = typeof value === 'string' && /^0x[0-9a-fA-F]+$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number)) throw notABlock(what)
  return number
}

function notABlock(field: string): UnavailableError {
  return new UnavailableError(`the node answered with a block that has no proper ${field}`, { field })
}
