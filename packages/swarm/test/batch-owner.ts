import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { seededBytes } from '@remote-log/conformance'
import type { StampSigner } from '../src/index.ts'

const KEY = seededBytes('owner of a postage batch', 32)
const PREFIX = new TextEncoder().encode('\x19Ethereum Signed Message:\n32')

/** The Ethereum address of whoever owns the batches of the tests, `0x` hex. */
export const OWNER = `0x${Buffer.from(keccak_256(secp256k1.getPublicKey(KEY, false).subarray(1)).subarray(12)).toString('hex')}`

/** Signs for {@link OWNER}, or for somebody else. */
export function ownerSigner(key: Uint8Array = KEY): StampSigner {
  return {
    async sign(digest) {
      const hash = keccak_256.create().update(PREFIX).update(digest).digest()
      const recovered = secp256k1.sign(hash, key, { prehash: false, format: 'recovered' })
      return Uint8Array.of(...recovered.subarray(1), 27 + recovered[0]!)
    },
  }
}
