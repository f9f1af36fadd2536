import type { OwnBatch } from './stamp-record.ts'

/**
 * A purchase as it is written down before it is made: with the same order again it is found, not made twice. It
 * passes through JSON unchanged.
 */
export interface BatchOrder {
  /** Unique to this purchase. */
  readonly label: string
  /** PLUR per chunk, decimal. */
  readonly amountPlur: string
  readonly depth: number
  readonly immutable: boolean
  /** The node's block when the order was written: the batch is not older. */
  readonly sinceBlock: number
}

/** A top-up as it is written down before it is made. It passes through JSON unchanged. */
export interface TopUpOrder {
  /** 64 hex digits. */
  readonly batch: string
  /** PLUR per chunk to add, decimal. */
  readonly amountPlur: string
  /** What of the batch grows by it: for a node's own batches what was paid in all, else its value on the chain. */
  readonly measure: 'amount' | 'value'
  /** PLUR per chunk before, decimal. */
  readonly beforePlur: string
}

/** What Bee calls a batch that it bought while nobody waited for the answer any more (`pkg/postage/service.go`). */
const RECOVERED = 'recovered'

/** The batch that an order has bought already, if there is one. */
export function boughtBy(order: BatchOrder, batches: readonly OwnBatch[]): OwnBatch | undefined {
  return (
    batches.find(({ label }) => label === order.label) ??
    batches.find(
      batch =>
        batch.label === RECOVERED &&
        batch.amountPlur === BigInt(order.amountPlur) &&
        batch.depth === order.depth &&
        batch.immutable === order.immutable &&
        batch.blockNumber >= order.sinceBlock,
    )
  )
}

/** A label that no other purchase has: `prefix-` and 16 hex digits. */
export function uniqueLabel(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return `${prefix}-${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`
}
