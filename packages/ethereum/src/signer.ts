import { InvalidArgumentError } from '@remote-log/core'
import { type BaseWallet, Wallet } from 'ethers'

/** A signer that holds its key in memory. */
export type KeySigner = BaseWallet

/** A signer with a new random key. */
export function createKey(): KeySigner {
  return new Wallet(Wallet.createRandom().privateKey)
}

/**
 * The signer of a private key: 32 bytes of hex, with or without `0x`. The error does not repeat what it was given.
 * @throws INVALID_ARGUMENT
 */
export function signerOf(privateKey: string): KeySigner {
  const digits = privateKey.trim().replace(/^0x/i, '')
  if (!/^[0-9a-fA-F]{64}$/.test(digits)) {
    throw new InvalidArgumentError('a private key is 32 bytes of hex', { wantBytes: 32 })
  }
  try {
    return new Wallet(`0x${digits}`)
  } catch {
    throw new InvalidArgumentError('these 32 bytes are no private key of secp256k1: zero, or too large')
  }
}
