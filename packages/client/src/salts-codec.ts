import { bytesToHex, parseHex, type Salts } from '@remote-log/core'

/**
 * Salts as text for the journal: the head's and then, for each page whose salt is not 0 in order, how far it stands
 * behind the one before and its salt. Numbers in varints of 7 bits, lowest first, all in hex: 4 to 6 digits a page.
 */
export function encodeSalts({ head, pages }: Salts): string {
  const bytes: number[] = []
  const put = (n: number) => {
    for (; n >= 128; n = Math.floor(n / 128)) bytes.push((n % 128) + 128)
    bytes.push(n)
  }
  put(head)
  let last = 0
  for (const [page, salt] of [...pages].sort(([a], [b]) => a - b)) {
    put(page - last)
    put(salt)
    last = page
  }
  return bytesToHex(Uint8Array.from(bytes))
}

/** @throws INVALID_ARGUMENT, RangeError for what `encodeSalts` does not write */
export function decodeSalts(text: string): Salts {
  const bytes = parseHex(text, text.length / 2, 'salts')
  let at = 0
  const next = (): number => {
    for (let n = 0, unit = 1; at < bytes.length; unit *= 128) {
      const byte = bytes[at++]!
      n += (byte % 128) * unit
      if (byte < 128) return n
    }
    throw new RangeError('salts that end in the middle')
  }
  const head = next()
  const pages = new Map<number, number>()
  for (let page = 0; at < bytes.length; ) {
    page += next()
    pages.set(page, next())
  }
  return { head, pages }
}
