import { type Address, type Reference, UnavailableError } from '@remote-log/core'
import { dataSlice, getBytes, type Interface } from 'ethers'
import { HEADS_PER_TRANSACTION, WALLET_HEADS_PER_TRANSACTION } from './limits.ts'
import type { Mined } from './mined.ts'
import { headOfBytes32, REFUSALS, type Refusal, registryInterface, toBytes32 } from './registry-abi.ts'
import type { SignedHead } from './signed-head.ts'

/** Signed heads that fit one transaction, all vouched for in the same way. */
export interface Batch {
  readonly by: SignedHead['by']
  readonly items: readonly BatchItem[]
}

export interface BatchItem {
  /** Position in what the caller submitted, from 0. */
  readonly index: number
  readonly head: SignedHead
}

/** Keys first, then writers, then wallets, each in the order given. */
export function batchesOf(heads: readonly SignedHead[]): Batch[] {
  const items = heads.map((head, index) => ({ index, head }))
  return (
    [
      ['key', HEADS_PER_TRANSACTION],
      ['writer', HEADS_PER_TRANSACTION],
      ['wallet', WALLET_HEADS_PER_TRANSACTION],
    ] as const
  ).flatMap(([by, size]) => {
    const own = items.filter(({ head }) => head.by === by)
    return Array.from({ length: Math.ceil(own.length / size) }, (_, i) => ({
      by,
      items: own.slice(i * size, (i + 1) * size),
    }))
  })
}

/** The function of the registry that takes a batch. */
const CARRIERS = {
  key: 'publishSigned',
  writer: 'publishSignedByWriters',
  wallet: 'publishSignedByWallets',
} as const

/** The call that carries a batch. */
export function encodeBatch({ by, items }: Batch): string {
  return (registryInterface as Interface).encodeFunctionData(CARRIERS[by], [
    items.map(({ head }) => ({ statement: statementOf(head), writer: head.writer, ...signatureOf(head) })),
  ])
}

function signatureOf({ by, signature }: SignedHead): object {
  return by === 'wallet' ? { signature } : { r: dataSlice(signature, 0, 32), vs: dataSlice(signature, 32) }
}

/** What the registry returns to a call that is no transaction: what would become of each item. @throws UNAVAILABLE */
export function decodeForecast({ by, items }: Batch, answer: string): Refusal[] {
  const outcomes = decodeBytes(by, answer)
  if (outcomes?.length !== items.length) {
    throw new UnavailableError('the node does not say what would become of the batch')
  }
  return [...outcomes].map(refusalOf)
}

function decodeBytes(by: Batch['by'], answer: string): Uint8Array | undefined {
  try {
    const [outcomes] = (registryInterface as Interface).decodeFunctionResult(CARRIERS[by], answer)
    return getBytes(outcomes as string)
  } catch {
    return undefined
  }
}

/** What became of each item: the registry emits one event for each, in order. @throws UNAVAILABLE (it did not) */
export function decodeOutcomes(
  registry: Address,
  { items }: Batch,
  { logs, transaction }: Mined,
): { refusal: Refusal; current: Reference | undefined }[] {
  const events = logs
    .filter(({ address }) => address.toLowerCase() === registry)
    .map(log => registryInterface.parseLog({ topics: [...log.topics], data: log.data }))
    .filter(event => event !== null)
  if (events.length !== items.length) {
    throw new UnavailableError('the receipt does not show what became of the batch', { transaction })
  }
  return events.map(({ name, args }) =>
    name === 'HeadMoved'
      ? { refusal: 'none', current: headOfBytes32(args.head) }
      : { refusal: refusalOf(Number(args.reason)), current: headOfBytes32(args.current) },
  )
}

function refusalOf(number: number): Refusal {
  const refusal = REFUSALS[number]
  if (refusal === undefined) throw new UnavailableError(`the registry names an unknown reason, ${number}`)
  return refusal
}

function statementOf({ owner, topic, expected, next, deadline }: SignedHead) {
  return { owner, topic, expected: toBytes32(expected ?? undefined), next: toBytes32(next), deadline }
}
