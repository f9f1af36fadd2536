import { headHeaderBytes, PAGE_BYTES, sealedHeaderBytes } from './format.ts'
import { paddingFields } from './padding.ts'

/**
 * Whether pairs of `pairBytes` bytes in all fit a head page (docs/spec.md section 2.5). `hasTail`: whether any page
 * was sealed before.
 */
export function fitsOpen(pairBytes: number, hasTail: boolean): boolean {
  return headHeaderBytes(hasTail) + pairBytes <= PAGE_BYTES
}

/** Whether pairs of `pairBytes` bytes in all can be sealed: they fit, and what is left over can be padded. */
export function fitsSealed(pairBytes: number, hasTail: boolean): boolean {
  const gap = PAGE_BYTES - sealedHeaderBytes(hasTail) - pairBytes
  return paddingFields(gap) !== undefined
}
