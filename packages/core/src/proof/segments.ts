import { BRANCHES } from '../limits.ts'

/** Bytes of a segment: what the leaves of a chunk's hash tree are. */
export const SEGMENT_BYTES = 32
/** Bytes in which a proof says which of a chunk's 128 segments it has. */
export const SEGMENT_SET_BYTES = BRANCHES / 8

/** Adds the segments in which the bytes `from` (inclusive) to `to` (exclusive) of a payload lie; none where none. */
export function addSegments(segments: Set<number>, from: number, to: number): void {
  for (let i = Math.floor(from / SEGMENT_BYTES); i * SEGMENT_BYTES < to; i++) segments.add(i)
}

/** How many segments hold bytes of a payload of `length` bytes. */
export function segmentCount(length: number): number {
  return Math.ceil(length / SEGMENT_BYTES)
}

/** 128 bits, big endian: bit i, counted from the lowest, is segment i. */
export function encodeSegments(segments: Iterable<number>): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_SET_BYTES)
  for (const i of segments) bytes[SEGMENT_SET_BYTES - 1 - (i >> 3)]! |= 1 << (i & 7)
  return bytes
}

/** Reads what {@link encodeSegments} writes. */
export function decodeSegments(bytes: Uint8Array): Set<number> {
  const segments = new Set<number>()
  for (let i = 0; i < BRANCHES; i++) {
    if (((bytes[SEGMENT_SET_BYTES - 1 - (i >> 3)]! >> (i & 7)) & 1) === 1) segments.add(i)
  }
  return segments
}
