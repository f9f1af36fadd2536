import { sha256 } from '@noble/hashes/sha2.js'
import { LocalDamagedError } from '@remote-log/core'

/** Bytes of the checksum in front of a record. */
const CHECKSUM_BYTES = 8

/** A record as it is stored: the first 8 bytes of SHA-256(name ‖ value), then the value. */
export function sealRecord(name: string, value: Uint8Array): Uint8Array {
  const stored = new Uint8Array(CHECKSUM_BYTES + value.length)
  stored.set(checksum(name, value))
  stored.set(value, CHECKSUM_BYTES)
  return stored
}

/** The value of a stored record, as a view. @throws LOCAL_DAMAGED where it is not what was written under this name */
export function openRecord(name: string, stored: Uint8Array): Uint8Array {
  const value = stored.subarray(CHECKSUM_BYTES)
  const matches = checksum(name, value).every((byte, i) => byte === stored[i])
  if (stored.length >= CHECKSUM_BYTES && matches) return value
  throw new LocalDamagedError(`the record ${name} kept on this device is damaged`, { record: name })
}

function checksum(name: string, value: Uint8Array): Uint8Array {
  return sha256
    .create()
    .update(new TextEncoder().encode(name))
    .update(value)
    .digest()
    .subarray(0, CHECKSUM_BYTES)
}
