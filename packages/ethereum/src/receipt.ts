import { type CallOptions, UnavailableError } from '@remote-log/core'
import { toQuantity } from 'ethers'
import { parseBlock } from './block.ts'
import type { Connection } from './connection.ts'
import { FAILED_POLLS, FIRST_POLL_MS } from './limits.ts'
import { type Mined, type Sent, withTransaction } from './mined.ts'
import { parseReceipt, type Receipt } from './parse-receipt.ts'
import { isNonceTaken } from './refusal.ts'
import { pause } from './within.ts'

/**
 * Looks until the transaction is in a block and that block deep enough. A few failed looks in a row are borne.
 * @throws UNAVAILABLE (it is not there in time, or another took its nonce; the outcome is unknown), ABORTED; each with
 * `details.transaction`
 */
export async function waitForReceipt(
  connection: Connection,
  sent: Sent,
  options: CallOptions,
): Promise<Mined> {
  const { transaction } = sent
  const end = Date.now() + connection.receiptTimeoutMs
  let failures = 0
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(2 * wait, connection.pollMs)) {
    try {
      const mined = await look(connection, sent, options)
      if (mined !== undefined) return mined
      failures = 0
    } catch (error) {
      failures += 1
      const bearable = error instanceof UnavailableError && !isNonceTaken(error)
      if (!bearable || failures === FAILED_POLLS) throw withTransaction(error, transaction)
    }
    if (Date.now() >= end) {
      throw new UnavailableError(
        'the transaction was sent and is not in a block yet: ask for the head later',
        {
          transaction,
          waitedMs: connection.receiptTimeoutMs,
        },
      )
    }
    await pause('waiting for the receipt', Math.min(wait, connection.pollMs), options.signal).catch(error => {
      throw withTransaction(error, transaction)
    })
  }
}

async function look(connection: Connection, sent: Sent, options: CallOptions): Promise<Mined | undefined> {
  const { rpc, confirmations } = connection
  const receipt = await receiptOf(connection, sent, options)
  if (receipt === undefined) {
    await checkNotReplaced(connection, sent, options)
    return undefined
  }
  const depth = (await rpc.askQuantity('eth_blockNumber', [], options)) - receipt.blockNumber + 1n
  if (depth < BigInt(confirmations)) return undefined
  // By number: the block must still be the canonical one.
  const number = toQuantity(receipt.blockNumber)
  const block = parseBlock(await rpc.ask('eth_getBlockByNumber', [number, false], options))
  if (block?.hash !== receipt.blockHash) return undefined
  const { gasUsed, succeeded, contractAddress: contract, logs } = receipt
  return { transaction: sent.transaction, block, gasUsed, succeeded, contract, logs }
}

async function receiptOf(
  { rpc }: Connection,
  sent: Sent,
  options: CallOptions,
): Promise<Receipt | undefined> {
  return parseReceipt(await rpc.ask('eth_getTransactionReceipt', [sent.transaction], options))
}

/** A nonce that is used up while there is no receipt: another transaction of the account took this one's place. */
async function checkNotReplaced(connection: Connection, sent: Sent, options: CallOptions): Promise<void> {
  if (sent.nonce === undefined) return
  const used = await connection.rpc.askQuantity('eth_getTransactionCount', [sent.from, 'latest'], options)
  if (used <= BigInt(sent.nonce)) return
  if ((await receiptOf(connection, sent, options)) !== undefined) return
  throw new UnavailableError('another transaction took its nonce', {}, { code: 'NONCE_EXPIRED' })
}
