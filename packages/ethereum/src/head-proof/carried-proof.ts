import {
  type Address,
  type BlockRef,
  type CallOptions,
  CorruptError,
  type LogKey,
  type Reference,
  throwIfAborted,
  UnavailableError,
} from '@remote-log/core'
import { parseAccountProof, plainAccountProof } from './account-proof.ts'
import { headSlot } from './head-slot.ts'
import { plainHeader, provenHeader } from './header.ts'
import { type ProofOptions, parseHash, rpcOf } from './prove-head.ts'
import { verifyHeadProof } from './verify-head-proof.ts'

/** A proof of a head (docs/spec.md, section 15) that travels: to whoever trusts the block's hash or its state root. */
export interface CarriedHeadProof {
  /** What the registry said at the block; undefined: never published until then. */
  readonly head: Reference | undefined
  readonly block: BlockRef
  /** Root of the state trie after the block, 32 bytes of `0x` hex. */
  readonly stateRoot: string
  /** `{"header":…,"proof":…}`: the answers of a node, in the one JSON text that says so. */
  readonly json: string
}

/**
 * Asks a node for a proof of the head at a block, and checks it. The node need not be trusted with the proof, but with
 * which block is the newest.
 * @param blockHash default: the newest
 * @throws UNAVAILABLE (no such block, or no proofs of it), CORRUPT, NO_CONTRACT (proven), INVALID_ARGUMENT, ABORTED
 */
export async function askHeadProof(
  options: ProofOptions,
  log: LogKey,
  blockHash: string | undefined,
  call: CallOptions = {},
): Promise<CarriedHeadProof> {
  throwIfAborted(call.signal, 'askHeadProof')
  const rpc = rpcOf(options)
  const header =
    blockHash === undefined
      ? await rpc.ask('eth_getBlockByNumber', ['latest', false], call)
      : await rpc.ask('eth_getBlockByHash', [parseHash(blockHash, 'a block hash'), false], call)
  if (header === null)
    throw new UnavailableError('the node has no block with this hash', { block: blockHash })
  const { hash } = plainHeader(header)
  const slots = [headSlot(log)]
  const proof = await rpc.ask('eth_getProof', [options.registry, slots, { blockHash: hash }], call)
  const { registry } = options
  return await checked({ header, proof }, registry, log)
}

/**
 * Reads what {@link askHeadProof} wrote, from parsed JSON, and checks all but the trust in the block. Asks nobody.
 * @throws CORRUPT (it proves nothing), NO_CONTRACT (it proves that there is no registry)
 */
export async function readHeadProof(
  value: unknown,
  registry: Address,
  log: LogKey,
): Promise<CarriedHeadProof> {
  try {
    return await checked(value, registry, log)
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    throw new CorruptError(`this is no proof of a head: ${error.message}`, error.details, error)
  }
}

async function checked(value: unknown, registry: Address, log: LogKey): Promise<CarriedHeadProof> {
  const { header, proof } = (value ?? {}) as Readonly<Record<string, unknown>>
  const plain = { header: plainHeader(header), proof: plainAccountProof(parseAccountProof(proof)) }
  const { block, stateRoot } = provenHeader(plain.header, plain.header.hash!)
  const head = await verifyHeadProof({ registry, log, stateRoot }, plain.proof)
  return { head, block, stateRoot, json: JSON.stringify(plain) }
}
