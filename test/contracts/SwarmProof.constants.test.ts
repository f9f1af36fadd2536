import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

const SOURCE = readFileSync(new URL('../../contracts/SwarmProof.sol', import.meta.url), 'utf8')
const PRIME = 131n

describe('the table of logarithms in SwarmProof', () => {
  it('has at the place of each power of two modulo 131 its logarithm, and no two at one place', () => {
    const words = [...SOURCE.matchAll(/_LOG2_\d = 0x([0-9a-f]{64});/g)].map(([, word]) => word)
    const table = Buffer.from(words.join(''), 'hex')
    const places = new Set<bigint>()
    for (let k = 0; k < 128; k++) {
      const place = 2n ** BigInt(k) % PRIME
      places.add(place)
      assert.equal(table[Number(place)], k)
    }
    assert.equal(places.size, 128)
    assert.equal(words.length, 5)
  })
})
