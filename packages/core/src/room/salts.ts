import { SALT_BYTES } from '../limits.ts'

/** The salts of pages that were built, other than 0. Each is an integer from 0 to 2^32-1. */
export interface Salts {
  /** By index of the sealed page. */
  readonly pages: ReadonlyMap<number, number>
  readonly head: number
}

/** A salt as it stands in a page: little endian, as all fixed64 of protobuf. */
export function saltBytes(salt: number): Uint8Array {
  const bytes = new Uint8Array(SALT_BYTES)
  new DataView(bytes.buffer).setUint32(0, salt, true)
  return bytes
}
