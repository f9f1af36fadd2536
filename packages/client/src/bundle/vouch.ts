import {
  type BlockRef,
  CorruptError,
  formatLogId,
  InvalidArgumentError,
  RefusedError,
} from '@remote-log/core'
import type { Anchor } from '../anchor.ts'
import type { LogContext } from '../context.ts'
import type { BundleHeader } from './bundle-header.ts'
import type { ImportOptions, ImportReport } from './import.ts'
import type { BundleTrust, ProvenHead } from './proven.ts'

/** The block of a head that no chain stated: before all others. */
const NO_BLOCK: BlockRef = { number: 0, hash: `0x${'00'.repeat(32)}`, timestamp: 0 }

/** Why the head of a bundle is trusted. */
export interface Vouched {
  readonly trust: ImportReport['trust']
  /** The proof that it is trusted by. */
  readonly proven: ProvenHead | undefined
}

/**
 * Finds out who vouches for a bundle's head. What the bundle holds for that is checked in any case.
 * @throws REFUSED (`reason` untrusted-head), INVALID_ARGUMENT (another head, or another block, than the one named), CORRUPT,
 * NO_CONTRACT
 */
export async function vouch(
  { state }: LogContext,
  header: BundleHeader,
  { readSigned, headProofs }: BundleTrust,
  { head: named, block, stateRoot, signal }: ImportOptions,
): Promise<Vouched> {
  const { id, head, signed, proof } = header
  const own = state.anchor
  const read =
    signed === undefined ? undefined : await readSigned?.(parsed(signed, 'signed head'), { signal })
  if (read && (read.next !== head || formatLogId(read.id) !== formatLogId(id) || read.json !== signed))
    throw new CorruptError('the signed head in the bundle is about another head', {
      head,
      signed: read.next,
    })
  const found = proof === undefined ? undefined : await headProofs?.read(parsed(proof, 'proof'))
  if (found && (found.head !== head || found.json !== proof))
    throw new CorruptError('the proof in the bundle is about another head', { head, proven: found.head })
  if (named !== undefined && named !== head)
    throw new InvalidArgumentError('the bundle is of another head than the one named', { head, named })
  if (block !== undefined || stateRoot !== undefined) {
    demandBlock(found, block, stateRoot)
    return { trust: 'block', proven: found }
  }
  if (named !== undefined) return { trust: 'head', proven: undefined }
  if (own?.head === head) return { trust: 'own', proven: undefined }
  if (read) return { trust: 'signed', proven: undefined }
  throw new RefusedError(
    'nothing says that the head in the bundle is of the log’s owner: name the head, or a block at which it stood, or take a bundle with a signed one',
    { reason: 'untrusted-head', head, trustedHead: own?.head },
  )
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CorruptError(`the ${what} in the bundle is no JSON`, {}, cause)
  }
}

/** Whether the proof is one at the block that the caller trusts. */
function demandBlock(
  proven: ProvenHead | undefined,
  block: string | undefined,
  stateRoot: string | undefined,
): void {
  if (!proven)
    throw new RefusedError('the bundle holds no proof of its head: make one by export with a proof', {
      reason: 'untrusted-head',
      block,
      stateRoot,
    })
  const isSame = (named: string | undefined, found: string) =>
    named === undefined || named.toLowerCase() === found
  if (isSame(block, proven.block.hash) && isSame(stateRoot, proven.stateRoot)) return
  throw new InvalidArgumentError('the proof in the bundle is of another block than the one named', {
    block,
    stateRoot,
    provenBlock: proven.block.hash,
    provenStateRoot: proven.stateRoot,
    provenNumber: proven.block.number,
  })
}

/** The block of the head that comes: the proven one, where none newer is known. */
export function placeOf(
  own: Anchor | undefined,
  proven: ProvenHead | undefined,
): Pick<Anchor, 'block' | 'offChain'> {
  if (proven && proven.block.number >= (own?.block.number ?? 0)) return { block: proven.block }
  return { block: own?.block ?? NO_BLOCK, offChain: true }
}
