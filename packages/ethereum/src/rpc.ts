import { type CallOptions, RemoteLogError, UnavailableError } from '@remote-log/core'
import type { Eip1193Provider } from './eip1193.ts'
import { rpcErrorOf } from './rpc-error.ts'
import { within } from './within.ts'

/** Requests to a node. Whatever goes wrong is UNAVAILABLE here; `cause` is what the node said, for who can read it. */
export class Rpc {
  readonly #provider: Eip1193Provider
  readonly #timeoutMs: number

  constructor(provider: Eip1193Provider, timeoutMs: number) {
    this.#provider = provider
    this.#timeoutMs = timeoutMs
  }

  /** @throws UNAVAILABLE, ABORTED */
  async ask(method: string, params: readonly unknown[], { signal }: CallOptions = {}): Promise<unknown> {
    try {
      return await within(method, { signal, timeoutMs: this.#timeoutMs }, stop =>
        this.#provider.request({ method, params }, { signal: stop }),
      )
    } catch (error) {
      if (error instanceof RemoteLogError) throw error
      const { code, message } = rpcErrorOf(error)
      throw new UnavailableError(
        `${method} failed: ${message ?? 'no reason given'}`,
        { method, rpcCode: code },
        error,
      )
    }
  }

  /** As `ask`, for answers that are a quantity (`0x` hex). */
  async askQuantity(method: string, params: readonly unknown[], options: CallOptions = {}): Promise<bigint> {
    const answer = await this.ask(method, params, options)
    if (typeof answer !== 'string' || !/^0x[0-9a-fA-F]+$/.test(answer)) throw notA('quantity', method)
    return BigInt(answer)
  }

  /** As `ask`, for answers that are bytes (`0x` hex, possibly none). */
  async askBytes(method: string, params: readonly unknown[], options: CallOptions = {}): Promise<string> {
    const answer = await this.ask(method, params, options)
    if (typeof answer !== 'string' || !/^0x(?:[0-9a-fA-F]{2})*$/.test(answer))
      throw notA('byte string', method)
    return answer
  }
}

function notA(what: string, method: string): UnavailableError {
  return new UnavailableError(`the node's answer to ${method} is not a ${what}`, { method })
}
