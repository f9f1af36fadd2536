import { LocalDamagedError } from '@remote-log/core'

/** Bytes of the checksum in front of a record. */
const CHECKSUM_BYTES = 4

/** A record as it is stored: the CRC-32 of name and value, little endian, then the value. */
export function sealRecord(name: string, value: Uint8Array): Uint8Array {
  const stored = new Uint8Array(CHECKSUM_BYTES + value.length)
  new DataView(stored.buffer).setUint32(0, checksum(name, value), true)
  stored.set(value, CHECKSUM_BYTES)
  return stored
}

/** The value of a stored record, as a view. @throws LOCAL_DAMAGED where it is not what was written under this name */
export function openRecord(name: string, stored: Uint8Array): Uint8Array {
  if (stored.length >= CHECKSUM_BYTES) {
    const value = stored.subarray(CHECKSUM_BYTES)
    const stated = new DataView(stored.buffer, stored.byteOffset).getUint32(0, true)
    if (stated === checksum(name, value)) return value
  }
  throw new LocalDamagedError(`the record ${name} kept on this device is damaged`, { record: name })
}

/** CRC-32 (ISO 3309, reflected polynomial 0xedb88320) of each byte's remainder. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  return remainder
})

/** It guards against a failing disk, not against an attacker, who could write the whole database anew. */
function checksum(name: string, value: Uint8Array): number {
  let crc = 0xffffffff
  for (let i = 0; i < name.length; i++) crc = REMAINDERS[(crc ^ name.charCodeAt(i)) & 0xff]! ^ (crc >>> 8)
  for (let i = 0; i < value.length; i++) crc = REMAINDERS[(crc ^ value[i]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}
