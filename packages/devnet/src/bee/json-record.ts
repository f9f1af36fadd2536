import { LocalDamagedError } from '@remote-log/core'

/** JSON as a record's value; bigints become decimal strings. */
export function toRecord(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? part.toString() : part)))
}

/** What {@link toRecord} wrote. `T` is what this program version writes. @throws LOCAL_DAMAGED */
export function fromRecord<T>(bytes: Uint8Array): T {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as T
  } catch (cause) {
    throw new LocalDamagedError('a record of the development node is no JSON', {}, cause)
  }
}
