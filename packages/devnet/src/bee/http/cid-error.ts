/** Why a text is no CID, in the words of the Go library that Bee asks; it tells apart what clients mistake for addresses. */
export function cidError(text: string): string {
  if (text.length < 2) return 'invalid cid: cid too short'
  if (text[0] === '0') {
    // Multibase 0 is binary, read in groups of eight digits, the first one filled up from the left.
    const digits = text.slice(1)
    const groups = digits.padStart(Math.ceil(digits.length / 8) * 8, '0').match(/.{8}/g) ?? []
    const unreadable = groups.find(group => /[^01]/.test(group))
    if (unreadable) {
      return `invalid cid: error while conversion: strconv.ParseInt: parsing "${unreadable}": invalid syntax`
    }
  }
  if (text[0] === 'z') return base58Error(text.slice(1))
  return 'invalid cid: selected encoding not supported'
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Multibase z is base58: the first byte of what it decodes to is the CID's version. */
function base58Error(digits: string): string {
  let value = 0n
  for (const digit of digits) {
    const worth = BASE58.indexOf(digit)
    if (worth === -1)
      return `invalid cid: invalid base58 digit (${JSON.stringify(digit).replaceAll('"', "'")})`
    value = value * 58n + BigInt(worth)
  }
  const hex = value.toString(16)
  const first = Number.parseInt(hex.slice(0, hex.length % 2 === 0 ? 2 : 1), 16)
  return first === 1
    ? 'invalid cid: selected encoding not supported'
    : `invalid cid: invalid cid: expected 1 as the cid version number, got: ${first}`
}
