import type { CallOptions, LogId, Reference } from '@remote-log/core'

/** A head that the log's owner signed, and the one JSON text of that statement. */
export interface ReadSignedHead {
  readonly id: LogId
  readonly next: Reference
  readonly json: string
}

/**
 * Reads a signed head from parsed JSON and checks the signature, without network.
 * @throws INVALID_ARGUMENT (form, or not signed by a key), CORRUPT (the owner did not sign this), ABORTED
 */
export type ReadSigned = (value: unknown, options: CallOptions) => Promise<ReadSignedHead>
