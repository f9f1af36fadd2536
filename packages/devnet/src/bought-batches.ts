import { setTimeout as pause } from 'node:timers/promises'
import { RefusedError, UnavailableError } from '@remote-log/core'

/** A batch in the answer of `GET /stamps` (`pkg/api/postage.go`), as far as it matters here. */
export interface OwnedBatch {
  readonly batchID: string
  readonly usable: boolean
  readonly immutableFlag: boolean
  readonly depth: number
}

/** The postage batches of a real node. */
export interface BoughtBatches {
  /** @throws UNAVAILABLE */
  list(): Promise<OwnedBatch[]>
  /** Buys one for two days and, unless it is to be `fresh`, waits until it is usable. @throws UNAVAILABLE, REFUSED */
  buy(wish: {
    readonly depth?: number
    readonly immutable?: boolean
    readonly fresh?: boolean
  }): Promise<string>
}

/** PLUR a chunk that keep a batch for twice the shortest validity which the contract accepts. */
const VALIDITIES = 2n
/** `minimumValidityBlocks` of PostageStamp, where the node does not name it (before Bee 2.8.1). */
const MINIMUM_VALIDITY_BLOCKS = 17_280
/** A node accepts a batch ten blocks old: on Gnosis and Sepolia within this time. */
const USABLE_WITHIN_MS = 240_000
const POLL_MS = 500

export function boughtBatches(url: string): BoughtBatches {
  const list = async () => (await ask<{ stamps: OwnedBatch[] }>(url, 'GET', '/stamps', 200)).stamps
  return {
    list,
    async buy({ depth = 20, immutable = false, fresh = false }) {
      const chain = await ask<{ currentPrice: string; minimumValidityBlocks?: number }>(
        url,
        'GET',
        '/chainstate',
        200,
      )
      const blocks = BigInt(chain.minimumValidityBlocks ?? MINIMUM_VALIDITY_BLOCKS)
      const amount = BigInt(chain.currentPrice) * blocks * VALIDITIES
      const headers = { immutable: String(immutable) }
      const { batchID } = await ask<{ batchID: string }>(
        url,
        'POST',
        `/stamps/${amount}/${depth}`,
        201,
        headers,
      )
      const end = performance.now() + USABLE_WITHIN_MS
      while (!fresh && !(await list()).some(batch => batch.batchID === batchID && batch.usable)) {
        if (performance.now() > end) {
          throw new UnavailableError(
            `batch ${batchID} of ${url} is still not usable: does its chain go on?`,
            { url },
          )
        }
        await pause(POLL_MS)
      }
      return batchID
    },
  }
}

async function ask<T>(
  url: string,
  method: string,
  path: string,
  status: number,
  headers: Record<string, string> = {},
): Promise<T> {
  const answer = await fetch(url + path, { method, headers }).catch((cause: unknown) => {
    throw new UnavailableError(`${url} can't be reached: does a Bee node run there?`, { url }, cause)
  })
  const text = await answer.text()
  if (answer.status === status) return JSON.parse(text)
  const what = `${url} answered ${method} ${path} with ${answer.status}: ${text.trim()}`
  if (method === 'POST' && answer.status < 500) {
    throw new RefusedError(what, { url, path, status: answer.status, reason: 'batch-not-bought' })
  }
  throw new UnavailableError(what, { url, path, status: answer.status })
}
