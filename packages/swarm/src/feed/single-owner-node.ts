import {
  type Address,
  bytesToHex,
  CorruptError,
  NotFoundError,
  type Reference,
  RemoteLogError,
  singleOwnerAddress,
  UnavailableError,
} from '@remote-log/core'
import { isAbsence, isWebPage, refused, unavailable, writeError } from '../answer-error.ts'
import type { BeeNode } from '../bee-node.ts'
import type { Stamper } from '../stamps/stamper.ts'
import { parseObject } from '../tag.ts'
import {
  MAX_SINGLE_OWNER_BYTES,
  type SingleOwnerChunk,
  verifySingleOwnerChunk,
} from './single-owner-chunk.ts'

/** A failure after which another node may be asked. */
export function isPassing(error: unknown): error is RemoteLogError {
  if (!(error instanceof RemoteLogError)) return false
  return error.code === 'NOT_FOUND' || error.code === 'UNAVAILABLE' || error.code === 'CORRUPT'
}

/** Where single-owner chunks are. */
export interface SingleOwnerStore {
  /**
   * The chunk of this owner and id, its signature verified. Asked once: asking again does not help for a minute.
   * @throws NOT_FOUND, UNAVAILABLE (`details.absentHere`: the other side answered and could not have it), CORRUPT, ABORTED
   */
  get(owner: Address, id: Uint8Array, signal: AbortSignal | undefined): Promise<SingleOwnerChunk>

  /**
   * Stores a chunk: when it resolves, the network has it.
   * @throws REFUSED, UNAVAILABLE (it may have arrived), CORRUPT (stored elsewhere), ABORTED
   */
  put(chunk: SingleOwnerChunk, signal: AbortSignal | undefined): Promise<void>
}

/** Single-owner chunks through one Bee node or gateway. */
export class SingleOwnerNode implements SingleOwnerStore {
  readonly #node: BeeNode
  readonly #payer: string | Stamper | undefined

  /** @param payer needed to write: a batch of the node, 64 hex digits, or who stamps here */
  constructor(node: BeeNode, payer?: string | Stamper | undefined) {
    this.#node = node
    this.#payer = payer
  }

  async get(owner: Address, id: Uint8Array, signal: AbortSignal | undefined): Promise<SingleOwnerChunk> {
    const reference = singleOwnerAddress(owner, id)
    // Not /soc: its 404 is the answer to every failure, and it does not hand on the bytes that are signed.
    const request = {
      method: 'GET',
      route: '/chunks/{address}',
      parameter: reference,
      limit: MAX_SINGLE_OWNER_BYTES,
    } as const
    return this.#node.call(request, signal, (answer, origin) => {
      if (answer.status === 200 && !isWebPage(answer)) return verifySingleOwnerChunk(owner, id, answer.bytes)
      if (isAbsence(answer)) {
        throw new NotFoundError(`${origin.url} does not have ${reference} now`, {
          url: origin.url,
          reference,
        })
      }
      const error = unavailable(answer, origin)
      if (answer.status !== 500 || isWebPage(answer)) throw error
      throw new UnavailableError(error.message, { ...error.details, absentHere: true })
    })
  }

  async put(
    { owner, id, signature, wrapped }: SingleOwnerChunk,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const reference = singleOwnerAddress(owner, id)
    const paid = await this.#pay(reference, signal)
    const request = {
      method: 'POST',
      route: '/soc/{update}',
      parameter: `${owner.slice(2)}/${bytesToHex(id)}`,
      query: { sig: bytesToHex(signature) },
      headers: {
        'content-type': 'application/octet-stream',
        ...paid,
        'swarm-deferred-upload': 'false',
      },
      body: wrapped.bytes,
    } as const
    await this.#node.call(request, signal, (answer, origin) => {
      if (answer.status !== 201) throw writeError(answer, origin)
      const got = parseObject(answer.bytes)?.reference
      if (got === reference) return
      if (typeof got !== 'string' || isWebPage(answer)) {
        throw new UnavailableError(`${origin.url} answered ${origin.route} without a reference`, {
          ...origin,
        })
      }
      throw new CorruptError(`${origin.url} stored the update ${reference} as ${got}`, { reference, got })
    })
  }

  async #pay(
    reference: Reference,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<string, string>>> {
    const payer = this.#payer
    if (payer === undefined) throw refused('no-batch', 'a feed update is stored on a postage batch', {})
    if (typeof payer === 'string') return { 'swarm-postage-batch-id': payer }
    return { 'swarm-postage-stamp': bytesToHex(await payer.stamp(reference, { signal })) }
  }
}
