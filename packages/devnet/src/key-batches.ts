import { setTimeout as pause } from 'node:timers/promises'
import { InvalidArgumentError, parseAddress, UnavailableError } from '@remote-log/core'
import { ChainPostage, chainIdOf, signerOf } from '@remote-log/ethereum'

/** Where keys buy batches on a real chain. */
export interface KeyBatchesAt {
  /** JSON-RPC URL of the chain that the nodes follow. */
  readonly chain: string | undefined
  /** PostageStamp on it. */
  readonly contract: string | undefined
  /** Private key that pays, in BZZ and gas: `0x` hex. */
  readonly key: string | undefined
}

const DAYS = 2n
const BLOCKS_A_DAY = 17_280n
/** A node looks at the chain every few blocks. */
const KNOWN_WITHIN_MS = 120_000
const POLL_MS = 500

/**
 * Buys a batch for whoever is to own it, at the contract itself, and waits until the node knows it: then it takes stamps.
 * @throws INVALID_ARGUMENT (nobody said where), UNAVAILABLE, and as `ChainPostage.buy`
 */
export async function buyForKey(
  node: string,
  { chain, contract, key }: KeyBatchesAt,
  {
    owner,
    depth,
    immutable,
  }: { readonly owner: string; readonly depth: number; readonly immutable: boolean },
): Promise<string> {
  if (!chain || !contract || !key) {
    const what = 'name the chain of the nodes in BEE_CHAIN_URL, BEE_POSTAGE_CONTRACT and BEE_CHAIN_KEY'
    throw new InvalidArgumentError(`${what}: a key buys its batches there`, { chain, contract })
  }
  const chainId = await chainIdOf(chain)
  const signer = signerOf(key)
  const postage = new ChainPostage({ provider: chain, chainId, postage: parseAddress(contract), signer })
  const { pricePlur } = await postage.price()
  const amountPlur = pricePlur * BLOCKS_A_DAY * DAYS
  const order = await postage.order({ amountPlur, depth }, { owner: parseAddress(owner), immutable })
  const { id } = await postage.buy(order)
  const end = performance.now() + KNOWN_WITHIN_MS
  while (!(await fetch(`${node}/batches/${id}`)).ok) {
    if (performance.now() > end)
      throw new UnavailableError(`${node} does not know batch ${id} yet`, { url: node })
    await pause(POLL_MS)
  }
  return id
}
