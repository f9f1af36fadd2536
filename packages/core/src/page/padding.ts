import { PAGE_KEYS } from './format.ts'
import { varintSize, type Writer } from './wire.ts'

/**
 * Lengths of the contents of the padding fields that fill exactly `gap` bytes: none, one, or an empty one first
 * where no minimal encoding gives one field that size (130 bytes). Undefined where nothing fills it: 1 byte, or less than none.
 * docs/spec.md section 2.4.
 */
export function paddingFields(gap: number): readonly number[] | undefined {
  if (gap === 0) return []
  const one = paddingContent(gap)
  if (one !== undefined) return [one]
  const second = paddingContent(gap - 2)
  return second === undefined ? undefined : [0, second]
}

/** Content length of the one padding field of exactly `size` bytes, undefined where there is no such field. */
function paddingContent(size: number): number | undefined {
  for (let lengthBytes = 1; lengthBytes <= 2; lengthBytes++) {
    const content = size - PAGE_KEYS.padding.length - lengthBytes
    if (content >= 0 && varintSize(content) === lengthBytes) return content
  }
  return undefined
}

/** Writes the padding fields up to the end of the writer's bytes; the contents are the zeros that are there. */
export function writePadding(writer: Writer): void {
  const fields = paddingFields(writer.bytes.length - writer.at)
  if (!fields) throw new RangeError('a gap of 1 byte cannot be padded')
  for (const length of fields) {
    writer.raw(PAGE_KEYS.padding)
    writer.varint(length)
    writer.at += length
  }
}
