import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { bytesToHex, type LogKey, parseAddress, topicOf } from '@remote-log/core'
import type { FeedRecords, FeedSigner } from '../src/index.ts'

const KEY = new Uint8Array(32).fill(0x42)
const POINT = secp256k1.getPublicKey(KEY, false)

export const OWNER = parseAddress(bytesToHex(keccak_256(POINT.subarray(1)).subarray(12)))

/** Signs as wallets do (EIP-191). */
export const SIGNER: FeedSigner = {
  getAddress: async () => OWNER,
  signMessage: async message => {
    const hash = keccak_256(
      concatBytes(utf8ToBytes(`\x19Ethereum Signed Message:\n${message.length}`), message),
    )
    const [recovery, ...rs] = secp256k1.sign(hash, KEY, { prehash: false, format: 'recovered' })
    return `0x${bytesToHex(Uint8Array.of(...rs, 27 + recovery!))}`
  },
}

export function logAbout(name: string): LogKey {
  return { owner: OWNER, topic: topicOf(name) }
}

/** A device's disk. */
export class MemoryRecords implements FeedRecords {
  readonly records = new Map<string, Uint8Array>()

  async load(log: string): Promise<Uint8Array | undefined> {
    return this.records.get(log)
  }

  async save(log: string, record: Uint8Array): Promise<void> {
    this.records.set(log, record)
  }
}
