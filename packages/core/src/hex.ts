import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { InvalidArgumentError } from './errors.ts'

export { bytesToHex }

/** Parses exactly `length` bytes of hex, with or without `0x`, any case. @throws {@link InvalidArgumentError} */
export function parseHex(text: string, length: number, what: string): Uint8Array {
  const digits = text.startsWith('0x') || text.startsWith('0X') ? text.slice(2) : text
  if (digits.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(digits)) {
    throw new InvalidArgumentError(`${what} must be ${length} bytes of hex, not ${JSON.stringify(text)}`, {
      value: text,
      wantBytes: length,
    })
  }
  return hexToBytes(digits.toLowerCase())
}
