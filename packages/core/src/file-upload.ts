import type { Chunk } from './chunk.ts'
import type { CallOptions, Upload } from './content-store.ts'

/**
 * An optional ability of an {@link Upload}: a small Swarm file in one request, where that is cheaper than its chunks
 * one by one. 128 sealed pages whose first has an index divisible by 128 are such a file, with the history's inner
 * chunk above them as its root.
 */
export interface FileUpload {
  /**
   * Hands over a file of two levels at redundancy level 0: the same as `put` of every leaf and of the root, whatever
   * way the bytes take. Resolving means accepted, as with `put`; the root is computed again by whoever answers.
   * @param leaves in order, 2 to 128; each full but the last
   * @param root the inner chunk of their references
   * @throws as `put`: REFUSED, UNAVAILABLE (part of the file may have been taken), CORRUPT (another root), ABORTED
   */
  putFile(leaves: readonly Chunk[], root: Chunk, options?: CallOptions): Promise<void>
}

/** Whether an upload has the ability. */
export function isFileUpload(upload: Upload): upload is Upload & FileUpload {
  return 'putFile' in upload && typeof upload.putFile === 'function'
}
