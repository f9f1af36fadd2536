import { type Address, type LogId, parseAddress, RefusedError } from '@remote-log/core'
import type { JsonObject } from './json-file.ts'
import { textField } from './json-file.ts'
import { parseUrl } from './parse-option.ts'
import type { Runtime } from './runtime.ts'

/** That the log's own key stamps, and where it buys its batches until one is written with. */
export interface OwnStampsConfig {
  /** RPC provider of the chain that sells postage. Default: the log's. */
  readonly rpc?: string | undefined
  /** PostageStamp there. Default: the devnet's, or Swarm's on Gnosis and Sepolia. */
  readonly contract?: Address | undefined
}

/** @throws INVALID_ARGUMENT */
export function readOwnStamps(value: unknown, file: string): OwnStampsConfig | undefined {
  if (value === undefined) return undefined
  const object = Object(value) as JsonObject
  return {
    ...(object.rpc !== undefined && { rpc: parseUrl(textField(object, 'rpc', file)) }),
    ...(object.contract !== undefined && { contract: parseAddress(textField(object, 'contract', file)) }),
  }
}

/** Where a new log's key buys, and for which batch it stamps where one is named. */
export interface OwnStampsWish extends OwnStampsConfig {
  readonly batch?: string | undefined
}

/**
 * Finds the seller, and the batch where one is named: before anything is written down.
 * @throws INVALID_ARGUMENT (no contract is known on that chain), NOT_FOUND, REFUSED (of another key), UNAVAILABLE
 */
export async function findOwnStamps(
  { signal }: Runtime,
  { owner, chainId }: Pick<LogId, 'owner' | 'chainId'>,
  { rpc, contract, batch }: OwnStampsWish,
  logRpc: string,
) {
  const { KeyPostage } = await import('@remote-log/client')
  const place = rpc === undefined ? { provider: logRpc, chainId } : { provider: rpc }
  const postage = await KeyPostage.open({ ...place, contract }, { signal })
  if (batch === undefined) return { contract: postage.contract, stamps: undefined }
  const found = await postage.batch(batch, { signal })
  demandOwner(found, owner)
  const { id, depth } = found
  const stamps = { batch: id, depth, chainId: postage.chainId, contract: postage.contract }
  return { contract: postage.contract, stamps: { ...stamps, ...(rpc !== undefined && { rpc }) } }
}

/** @throws REFUSED (`not-owner`) */
export function demandOwner(
  { id, owner }: { readonly id: string; readonly owner: Address },
  wanted: Address | undefined,
): void {
  if (owner === wanted) return
  const what = `postage batch ${id} is of ${owner}; the log's key is that of ${wanted ?? 'nobody'}`
  throw new RefusedError(what, { reason: 'not-owner', batch: id, owner })
}
