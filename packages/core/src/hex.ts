import { hexToBytes } from '@noble/hashes/utils.js'
import { InvalidArgumentError } from './errors.ts'

/** The ASCII codes of a byte's first and second digit. */
const FIRST_DIGITS = new Uint8Array(256)
const SECOND_DIGITS = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  const digits = byte.toString(16).padStart(2, '0')
  FIRST_DIGITS[byte] = digits.charCodeAt(0)
  SECOND_DIGITS[byte] = digits.charCodeAt(1)
}

const ascii = new TextDecoder()
const hashDigits = new Uint8Array(64)

/**
 * Bytes as lower-case hex digits. Not noble's: that one joins two digits at a time, which costs four times as much, and
 * as much again when the string is first compared; bulk readers compare one for each chunk.
 */
export function bytesToHex(bytes: Uint8Array): string {
  const digits = bytes.length === 32 ? hashDigits : new Uint8Array(2 * bytes.length)
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = FIRST_DIGITS[bytes[i]!]!
    digits[2 * i + 1] = SECOND_DIGITS[bytes[i]!]!
  }
  return ascii.decode(digits)
}

/** Whether these hex digits, which must be lower case, stand for the bytes from `at` on. */
export function isHexAt(digits: string, bytes: Uint8Array, at: number): boolean {
  const count = digits.length / 2
  if (at + count > bytes.length) return false
  for (let i = 0; i < count; i++) {
    const byte = bytes[at + i]!
    if (digits.charCodeAt(2 * i) !== FIRST_DIGITS[byte]) return false
    if (digits.charCodeAt(2 * i + 1) !== SECOND_DIGITS[byte]) return false
  }
  return true
}

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
