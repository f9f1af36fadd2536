import { type CallOptions, RefusedError, UnavailableError } from '@remote-log/core'
import { AbstractSigner, JsonRpcSigner, keccak256, type Signer, type TransactionRequest } from 'ethers'
import type { Connection } from './connection.ts'
import { feesOf } from './fees.ts'
import { NONCE_ATTEMPTS } from './limits.ts'
import { type Call, type Mined, type Sent, withTransaction } from './mined.ts'
import { waitForReceipt } from './receipt.ts'
import { asOutcome, isNonceTaken } from './refusal.ts'
import { failureOf } from './rpc-error.ts'
import { within } from './within.ts'

/** Who decides whether to try again after another transaction took the nonce: rejects to stop. */
export type BeforeRetry = () => Promise<void>

/**
 * Sends a call and waits until it counts. Every error from the moment of sending on carries `details.transaction`.
 * @throws CONFLICT and REFUSED (see `asOutcome`), UNAVAILABLE (outcome unknown where there is a transaction), ABORTED
 */
export async function transact(
  connection: Connection,
  signer: Signer,
  call: Call,
  options: CallOptions,
  beforeRetry: BeforeRetry = async () => {},
): Promise<Mined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const sent = await send(connection, signer, call, options)
      return await waitForReceipt(connection, sent, options)
    } catch (error) {
      if (!isNonceTaken(error) || attempt === NONCE_ATTEMPTS) throw asOutcome(error)
      await beforeRetry()
    }
  }
}

async function send(connection: Connection, signer: Signer, call: Call, options: CallOptions): Promise<Sent> {
  const { rpc } = connection
  const from = await signer.getAddress()
  const chainId = await connection.chainId(options)
  const gas = await rpc.askQuantity('eth_estimateGas', [{ from, ...call }], options)
  const request: TransactionRequest = { ...call, chainId, gasLimit: gas }
  if (signer instanceof JsonRpcSigner || !(signer instanceof AbstractSigner)) {
    const transaction = await handOver(connection, signer, { from, ...request }, options)
    return { transaction, from, nonce: undefined }
  }
  const [nonce, fees] = await Promise.all([
    rpc.askQuantity('eth_getTransactionCount', [from, 'pending'], options),
    feesOf(rpc, options),
  ])
  const raw = await sign(connection, signer, { ...request, ...fees, nonce: Number(nonce) }, options)
  const transaction = keccak256(raw)
  await rpc.ask('eth_sendRawTransaction', [raw], options).catch(error => {
    const { kind } = failureOf(error)
    if (kind === 'known') return
    // Refused outright, it is nowhere; after any other failure it may be on its way.
    if (kind === 'nonce' || kind === 'funds' || kind === 'reverted') throw error
    throw withTransaction(error, transaction)
  })
  return { transaction, from, nonce: Number(nonce) }
}

/** Lets a wallet that keeps its own key and node send. */
function handOver(
  { receiptTimeoutMs }: Connection,
  signer: Signer,
  request: TransactionRequest,
  { signal }: CallOptions,
): Promise<string> {
  const hash = async () =>
    signer instanceof JsonRpcSigner
      ? signer.sendUncheckedTransaction(request)
      : (await signer.sendTransaction(request)).hash
  return within('the wallet', { signal, timeoutMs: receiptTimeoutMs }, () =>
    hash().catch(error => {
      throw new UnavailableError('the wallet did not send', {}, error)
    }),
  )
}

function sign(
  { receiptTimeoutMs }: Connection,
  signer: Signer,
  request: TransactionRequest,
  { signal }: CallOptions,
): Promise<string> {
  return within('the signer', { signal, timeoutMs: receiptTimeoutMs }, () =>
    signer.signTransaction(request).catch(error => {
      if (failureOf(error).kind === 'user') throw error
      throw new RefusedError('the signer does not sign', { reason: 'signer failed' }, error)
    }),
  )
}
