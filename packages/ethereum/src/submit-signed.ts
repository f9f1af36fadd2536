import {
  type BlockRef,
  type CallOptions,
  InvalidArgumentError,
  type Reference,
  RefusedError,
} from '@remote-log/core'
import type { Signer } from 'ethers'
import { type Batch, batchesOf, decodeForecast, decodeOutcomes, encodeBatch } from './batch.ts'
import { Connection } from './connection.ts'
import { headsAt } from './heads.ts'
import type { RegistryOptions } from './options.ts'
import type { Refusal } from './registry-abi.ts'
import { checkSignatureLength, type SignedHead } from './signed-head.ts'
import { transact } from './transaction.ts'

/** What became of one signed head. */
export interface SubmitOutcome {
  readonly head: SignedHead
  /** `none` where the registry moved the head, else why it did not. */
  readonly refusal: Refusal
  /** The head that stood after this item: `head.next` where it moved; undefined where none did. */
  readonly current: Reference | undefined
  /** Hash of the transaction that carried it, `0x` hex; undefined where it was refused in the forecast already. */
  readonly transaction: string | undefined
}

/** A transaction of a submission. */
export interface SubmitTransaction {
  readonly transaction: string
  readonly block: BlockRef
  /** Gas units used. */
  readonly gasUsed: bigint
}

export interface SubmitReport {
  /** In the order given; `undefined` where it is not known yet. */
  readonly outcomes: readonly (SubmitOutcome | undefined)[]
  readonly transactions: readonly SubmitTransaction[]
}

/** Who submits, and where. */
export interface SubmitOptions extends RegistryOptions {
  readonly signer: Signer
}

/**
 * Submits signed heads of any owners: the signer pays. Heads by keys and heads by wallets go in transactions of their
 * own, as many as they need, keys first. A head that is refused stops none of the others; those that the registry would
 * refuse now are not sent at all, so a submission of nothing but stale heads costs nothing.
 * @throws INVALID_ARGUMENT (another chain or registry, signature's length), REFUSED (no funds, signer's no),
 * WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED. What was done before is in the last report to `onProgress`.
 */
export async function submitSigned(
  options: SubmitOptions,
  heads: readonly SignedHead[],
  call: CallOptions & {
    /** Called with the report as it stands, whenever a batch is done. */
    readonly onProgress?: ((report: SubmitReport) => void) | undefined
  } = {},
): Promise<SubmitReport> {
  for (const [index, head] of heads.entries()) checkItem(options, head, index)
  const connection = new Connection(options)
  const outcomes: (SubmitOutcome | undefined)[] = heads.map(() => undefined)
  const transactions: SubmitTransaction[] = []
  for (const batch of batchesOf(heads)) {
    const good = await forecast(connection, options, batch, outcomes, call)
    if (good.items.length > 0) transactions.push(await send(connection, options, good, outcomes, call))
    call.onProgress?.({ outcomes: [...outcomes], transactions: [...transactions] })
  }
  return { outcomes, transactions }
}

function checkItem({ registry, chainId }: SubmitOptions, head: SignedHead, index: number): void {
  checkSignatureLength(head)
  if (head.registry !== registry || head.chainId !== chainId) {
    throw new InvalidArgumentError(`signed head ${index} is for another registry or chain`, {
      index,
      registry: head.registry,
      chainId: head.chainId,
    })
  }
}

/** Asks what would become of a batch, notes what would be refused, and returns the rest. */
async function forecast(
  connection: Connection,
  { signer }: SubmitOptions,
  batch: Batch,
  outcomes: (SubmitOutcome | undefined)[],
  call: CallOptions,
): Promise<Batch> {
  const block = await connection.blockAt('latest', call)
  const from = await signer.getAddress()
  const refusals = decodeForecast(batch, await connection.callAt(block, encodeBatch(batch), call, from))
  const refused = batch.items.filter((_, i) => refusals[i] !== 'none')
  const standing =
    refused.length === 0
      ? []
      : await headsAt(
          connection,
          refused.map(({ head }) => head),
          'latest',
          call,
        )
  for (const [i, { index, head }] of refused.entries()) {
    const refusal = refusals[batch.items.findIndex(item => item.index === index)]!
    outcomes[index] = { head, refusal, current: standing[i]!.head, transaction: undefined }
  }
  return { by: batch.by, items: batch.items.filter((_, i) => refusals[i] === 'none') }
}

async function send(
  connection: Connection,
  { signer, registry }: SubmitOptions,
  batch: Batch,
  outcomes: (SubmitOutcome | undefined)[],
  call: CallOptions,
): Promise<SubmitTransaction> {
  const mined = await transact(connection, signer, { to: registry, data: encodeBatch(batch) }, call)
  const { transaction, block, gasUsed } = mined
  if (!mined.succeeded) throw new RefusedError('the batch reverted', { reason: 'reverted', transaction })
  const decoded = decodeOutcomes(registry, batch, mined)
  for (const [i, { index, head }] of batch.items.entries()) {
    outcomes[index] = { head, ...decoded[i]!, transaction }
  }
  return { transaction, block, gasUsed }
}
