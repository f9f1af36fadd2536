import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak } from './keccak.ts'

/** EIP-191 over 32 bytes, as Bee signs stamps and single-owner chunks. */
const PREFIX = Buffer.from('\x19Ethereum Signed Message:\n32')

/** Signature r ‖ s ‖ v (65 bytes, v = 27 or 28) over the EIP-191 hash of a 32-byte digest. */
export function signDigest(privateKey: Uint8Array, digest: Uint8Array): Buffer {
  const recovered = secp256k1.sign(keccak(PREFIX, digest), privateKey, {
    prehash: false,
    format: 'recovered',
  })
  return Buffer.concat([recovered.subarray(1), Buffer.of(27 + recovered[0]!)])
}

/** The address (20 bytes) that made a signature, or undefined where it is none. */
export function signerOf(signature: Uint8Array, digest: Uint8Array): Buffer | undefined {
  const v = signature[64]
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return undefined
  try {
    const recovered = Buffer.concat([Buffer.of(v - 27), signature.subarray(0, 64)])
    const hash = keccak(PREFIX, digest)
    const point = secp256k1.Signature.fromBytes(recovered, 'recovered').recoverPublicKey(hash)
    return addressOfPoint(point.toBytes(false))
  } catch {
    return undefined
  }
}

/** The Ethereum address (20 bytes) of a private key. */
export function addressOfKey(privateKey: Uint8Array): Buffer {
  return addressOfPoint(secp256k1.getPublicKey(privateKey, false))
}

/** The compressed public key (33 bytes) of a private key. */
export function publicKey(privateKey: Uint8Array): Buffer {
  return Buffer.from(secp256k1.getPublicKey(privateKey, true))
}

function addressOfPoint(uncompressed: Uint8Array): Buffer {
  return keccak(uncompressed.subarray(1)).subarray(12)
}
