import type { BlockRef, CallOptions, Reference } from '@remote-log/core'
import type { ReadSigned } from './signed.ts'

/** What the registry said of the log at a block, and a proof of it for whoever trusts that block. */
export interface ProvenHead {
  /** Undefined: never published until then. */
  readonly head: Reference | undefined
  readonly block: BlockRef
  /** Root of the state trie after the block, 32 bytes of `0x` hex. */
  readonly stateRoot: string
  /** The proof as the one JSON text that says so. */
  readonly json: string
}

/** Proofs of the head of one log. */
export interface HeadProofs {
  /** Asks for one. @param block hash of a block; default: the newest. @throws UNAVAILABLE, CORRUPT, NO_CONTRACT, ABORTED */
  ask(block: string | undefined, options: CallOptions): Promise<ProvenHead>
  /** Reads one from parsed JSON and checks it, without network. @throws CORRUPT, NO_CONTRACT */
  read(value: unknown): Promise<ProvenHead>
}

/** How bundles are vouched for beyond the head that is trusted here. */
export interface BundleTrust {
  /** Checks heads that their owner signed. Absent: no bundle is trusted by its signature. */
  readonly readSigned?: ReadSigned | undefined
  /** Absent: no bundle holds or is trusted by a proof. */
  readonly headProofs?: HeadProofs | undefined
}
