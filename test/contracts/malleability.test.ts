import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { computeAddress, getBytes, SigningKey } from 'ethers'
import { deployRegistry, NOW, REFUSAL, TOPIC } from './support/registry.ts'

/** Order of secp256k1's group. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const HALF = ORDER / 2n
/** Any nonce. */
const NONCE = 0x5eed5eed5eedn

const hex = (number: bigint) => `0x${number.toString(16).padStart(64, '0')}`
const modulo = (number: bigint) => ((number % ORDER) + ORDER) % ORDER

/** By Fermat: the order is prime. */
function inverse(number: bigint): bigint {
  let result = 1n
  for (let base = modulo(number), exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % ORDER
    base = (base * base) % ORDER
  }
  return result
}

/**
 * A key whose signature of the digest has this very s: of s = (digest + r * key) / nonce the key is what is sought.
 * Nobody who has a key first finds an s just above half the order, and one far above does not fit beside the parity.
 */
function signedWith(digest: string, s: bigint) {
  const point = getBytes(new SigningKey(hex(NONCE)).compressedPublicKey)
  const r = BigInt(`0x${Buffer.from(point.slice(1)).toString('hex')}`)
  const key = modulo((s * NONCE - BigInt(digest)) * inverse(r))
  const parity = BigInt(point[0]! - 2)
  const form = (low: bigint, odd: bigint) => ({ r: hex(r), vs: hex((odd << 255n) | low) })
  return {
    writer: computeAddress(new SigningKey(hex(key)).publicKey),
    signature: form(s, parity),
    /** The other signature that the same key could have made. */
    twin: form(ORDER - s, 1n - parity),
  }
}

/** What becomes of the two signatures of a head by a writer whose signature has this s. */
async function outcomes(s: bigint): Promise<bigint[]> {
  const { registry, caller, statementOf, digestOf } = await deployRegistry()
  const statement = statementOf(caller.address)
  const { writer, signature, twin } = signedWith(digestOf(statement), s)
  await registry.authorizeWriter(TOPIC, writer, NOW + 1_000n)
  const ask = async (form: { r: string; vs: string }) =>
    BigInt(await registry.publishSignedByWriters.staticCall([{ statement, writer, ...form }]))
  return [await ask(signature), await ask(twin)]
}

describe('malleability', () => {
  it('takes the highest s of the lower half', async () => {
    const [lower] = await outcomes(HALF)
    assert.equal(lower, REFUSAL.None)
  })

  it('refuses the lowest s of the upper half, and takes its twin, both by the same key', async () => {
    assert.deepEqual(await outcomes(HALF + 1n), [REFUSAL.BadSignature, REFUSAL.None])
  })

  it('refuses the highest s that fits beside the parity, and takes its twin', async () => {
    assert.deepEqual(await outcomes((1n << 255n) - 1n), [REFUSAL.BadSignature, REFUSAL.None])
  })
})
