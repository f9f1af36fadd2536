import { formatLogId, LocalDamagedError, type LogId, parseLogId } from '@remote-log/core'

/** A log that this device follows. */
export interface Contact {
  readonly id: LogId
  /** What the user calls it; undefined where they did not say. */
  readonly name: string | undefined
  /** When it was added, Unix ms, with a fraction in the order of those that were added together. */
  readonly added: number
}

export function encodeContact({ id, name, added }: Contact): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: 1, log: formatLogId(id), name, added }))
}

/** @throws LOCAL_DAMAGED */
export function decodeContact(bytes: Uint8Array, record: string): Contact {
  try {
    const { log, name, added } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as {
      readonly log: string
      readonly name?: string
      readonly added: number
    }
    return { id: parseLogId(log), name, added }
  } catch (cause) {
    throw new LocalDamagedError(`the record ${record}, a contact, is damaged`, { record }, cause)
  }
}
