import { createHash } from 'node:crypto'
import { keccak } from './keccak.ts'
import { addressOfKey, publicKey } from './signing.ts'

/** Who a node is. */
export interface Identity {
  readonly privateKey: Uint8Array
  /** Ethereum address, 20 bytes. */
  readonly address: Buffer
  /** 32 bytes. */
  readonly overlay: Buffer
  /** Compressed, 33 bytes. */
  readonly publicKey: Buffer
  readonly pssPublicKey: Buffer
}

/** The n-th node of a network always has the same keys: they guard nothing of value. */
export function identityOf(node: number): Identity {
  const privateKey = createHash('sha256').update(`remote-log development node ${node}`).digest()
  const pssKey = createHash('sha256').update(`remote-log development node ${node} pss`).digest()
  const address = addressOfKey(privateKey)
  return {
    privateKey,
    address,
    overlay: keccak(address, Buffer.alloc(8), Buffer.alloc(32)),
    publicKey: publicKey(privateKey),
    pssPublicKey: publicKey(pssKey),
  }
}

/** An address with the checksum of EIP-55. */
export function checksummed(address: Buffer): string {
  const lower = address.toString('hex')
  const hash = keccak(Buffer.from(lower)).toString('hex')
  const digits = [...lower].map((digit, i) =>
    Number.parseInt(hash[i]!, 16) >= 8 ? digit.toUpperCase() : digit,
  )
  return `0x${digits.join('')}`
}
