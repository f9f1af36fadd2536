import { createHash } from 'node:crypto'

/** Bytes as vectors write them: hex, and how many zero bytes follow it, since padded pages are mostly zeros. */
export interface VectorBytes {
  readonly hex: string
  readonly zeros: number
}

export function vectorBytes(bytes: Uint8Array): VectorBytes {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return { hex: hexOf(bytes.subarray(0, end)), zeros: bytes.length - end }
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** SHA-256("seed:0") ‖ SHA-256("seed:1") ‖ … cut at `length` bytes: how all vectors name their payloads. */
export function seededBytes(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${seed}:${i}`).digest(),
  )
  return new Uint8Array(Buffer.concat(blocks).subarray(0, length))
}
