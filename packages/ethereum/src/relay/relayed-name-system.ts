import {
  type BlockRef,
  type CallOptions,
  InvalidArgumentError,
  type LogId,
  type LogKey,
  logHash,
  type Publication,
  ReadOnlyError,
  type Reference,
  RefusedError,
  throwIfAborted,
  ZERO_REFERENCE,
} from '@remote-log/core'
import type { Signer } from 'ethers'
import { Connection } from '../connection.ts'
import { DEFAULT_LEAD_SECONDS, RECEIPT_TIMEOUT_MS } from '../limits.ts'
import type { RegistryOptions } from '../options.ts'
import { conflict, notAWriter } from '../refusal.ts'
import { RegistryNameSystem } from '../registry-name-system.ts'
import { signHead, signHeadAsWriter } from '../sign-head.ts'
import type { SignedHead } from '../signed-head.ts'
import { mayWrite } from '../writers.ts'
import { httpRelayer, type Relayer } from './relayer.ts'
import { type Handed, waitForHead } from './wait-for-head.ts'

export interface RelayedOptions extends RegistryOptions {
  /** Who takes signed heads to the registry: a function, or a URL that they are posted to as JSON. */
  readonly relayer: Relayer | string
  /** Seconds that a signed head is good for. Default: one day; at most 30 days. */
  readonly leadSeconds?: number | undefined
  /** Milliseconds to wait for a head to stand, per publication. Default: `receiptTimeoutMs`, 180,000. */
  readonly waitMs?: number | undefined
}

/**
 * The registry as a {@link NameSystem} whose publications cost their signer nothing: the head is signed (EIP-712) and
 * handed to a relayer, who pays. Nothing that a relayer says is believed: a publication ends when the chain has it, or
 * as UNAVAILABLE, and may then still come until `details.deadline` (Unix seconds). While that lasts the same statement
 * is handed over again; then another is signed.
 */
export class RelayedNameSystem extends RegistryNameSystem {
  readonly #connection: Connection
  readonly #options: RelayedOptions
  readonly #relayer: Relayer
  readonly #waitMs: number
  readonly #signed = new Map<string, SignedHead>()

  /** @throws INVALID_ARGUMENT (RPC URL, relayer's URL) */
  constructor(options: RelayedOptions) {
    const { relayer, waitMs, receiptTimeoutMs = RECEIPT_TIMEOUT_MS } = options
    super({ ...options, signer: undefined })
    this.#options = options
    this.#connection = new Connection(options)
    this.#relayer = typeof relayer === 'string' ? httpRelayer(relayer) : relayer
    this.#waitMs = waitMs ?? receiptTimeoutMs
  }

  /** @throws as {@link NameSystem}; REFUSED (`reason`: relayer), UNAVAILABLE (the head may come until `deadline`) */
  override async publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options: CallOptions = {},
  ): Promise<Publication> {
    throwIfAborted(options.signal, 'publish')
    if (next === ZERO_REFERENCE)
      throw new InvalidArgumentError('the zero reference stands for "no head"', { next })
    const { head, block } = await this.head(log, options)
    const vouch = await this.#voucherFor(log, options)
    if (head !== expected) throw conflict(expected ?? ZERO_REFERENCE, head ?? ZERO_REFERENCE)
    if (next === expected) {
      throw new RefusedError('the head would move to where it stands', { reason: 'UnchangedHead', next })
    }
    const statement = await this.#statement(vouch, { log, expected, next }, block, options)
    const stop = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
    const handed: Handed = { over: false, error: undefined, ended: Promise.resolve() }
    handed.ended = this.#hand(statement, handed, signal)
    try {
      return await waitForHead(this, log, statement, handed, {
        signal: options.signal,
        confirmations: this.#connection.confirmations,
        pollMs: this.#connection.pollMs,
        waitMs: this.#waitMs,
      })
    } finally {
      stop.abort()
    }
  }

  async #hand(statement: SignedHead, handed: Handed, signal: AbortSignal): Promise<void> {
    try {
      await this.#relayer(statement, { signal })
    } catch (error) {
      handed.error = error
    }
    handed.over = true
  }

  /** The statement that was signed before, as long as it is good for all of the wait; else a new one. */
  async #statement(
    vouch: typeof signHead,
    { log, expected, next }: { log: LogKey; expected: Reference | undefined; next: Reference },
    block: BlockRef,
    options: CallOptions,
  ): Promise<SignedHead> {
    const { chainId, registry, leadSeconds = DEFAULT_LEAD_SECONDS } = this.#options
    const now = Math.max(Math.floor(Date.now() / 1000), block.timestamp)
    const key = `${logHash(log)}/${expected ?? ''}/${next}`
    const known = this.#signed.get(key)
    if (known && known.deadline >= now + this.#waitMs / 1000) return known
    const id: LogId = { chainId, registry, owner: log.owner, topic: log.topic }
    const request = { log: id, expected, next, deadline: now + leadSeconds }
    const signed = await vouch(this.#signer(log), request, options)
    this.#signed.set(key, signed)
    return signed
  }

  #signer({ owner }: LogKey): Signer {
    const { signer } = this.#options
    if (signer) return signer
    throw new ReadOnlyError('there is no signer: this only reads', { owner })
  }

  /** How the signer vouches for a head of this log. @throws READ_ONLY, and as the registry's questions */
  async #voucherFor(log: LogKey, options: CallOptions): Promise<typeof signHead> {
    const address = (await this.#signer(log).getAddress()).toLowerCase()
    if (address === log.owner) return signHead
    if (!(await mayWrite(this.#connection, log, address, options))) throw notAWriter(log, address, 0n)
    return signHeadAsWriter
  }
}
