import { decodeRfcPage, encodeRfcPage } from '@remote-log/core'
import { hexOf, seededBytes } from './bytes.ts'

const [h1, h2, tail] = ['id', 'payload', 'tail'].map(seed => hexOf(seededBytes(seed, 32)))

/** Plain RFC 3 pages, legal in ways that our own writer never uses. */
const LEGAL: Readonly<Record<string, string>> = {
  'embedded, mapped and both': [
    `0a28${`1220${h1}`}${'1a040a0b0c0d'}`,
    `0a44${`0a20${h2}`}${`1220${h1}`}`,
    `0a47${`0a20${h2}`}${`1220${h1}`}${'1a0107'}`,
    `1220${tail}`,
  ].join(''),
  'tail first': `1220${tail}${'0a031a0101'}`,
  'the last of two tails': `120101${'0a031a0101'}${`1220${tail}`}`,
  'unknown fields of every wire type': `a80105${'b10100000000000000ff'}${'ba01020102'}${'bb01bc01'}${'c50101020304'}${'0a061a010158aa01'}`,
  'numbers longer than needed': '8a80008380001a0101',
  'no field at all': '',
  'an empty pair': '0a00',
}

const BROKEN: Readonly<Record<string, string>> = {
  'cut in a pair': '0a051a',
  'field number 0': '0200',
  'wire type 7': '0f',
  'a group without end': '0b',
  'the end of no group': '0c',
  'a number of eleven bytes': '0880808080808080808080' + '01',
}

/** test/vectors/rfc-page-v1.json: docs/spec.md section 2.7. `written` is what our writer makes of what was read. */
export function rfcPageVectors() {
  return {
    format: 'remote-log/rfc-page',
    version: 1,
    pages: Object.entries(LEGAL).map(([name, hex]) => {
      const page = decodeRfcPage(Buffer.from(hex, 'hex'))
      return {
        name,
        hex,
        pairs: page.pairs.map(pair =>
          Object.fromEntries(Object.entries(pair).map(([field, value]) => [field, hexOf(value)])),
        ),
        tail: page.tail ? hexOf(page.tail) : null,
        written: hexOf(encodeRfcPage(page)),
      }
    }),
    corrupt: Object.entries(BROKEN).map(([name, hex]) => ({ name, hex })),
  }
}
