import { InvalidArgumentError } from '@remote-log/core'
import { type BaseWallet, HDNodeWallet, Mnemonic, Wallet } from 'ethers'

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

/** Accounts of a seed phrase: a child index that is not hardened (BIP-32). */
const MOST_ACCOUNTS = 2 ** 31

/**
 * The signer of a seed phrase (BIP-39, English, 12 to 24 words), as wallets derive it: account n is m/44'/60'/0'/0/n
 * (BIP-44). White space and capitals don't matter. The error does not repeat what it was given.
 * @throws INVALID_ARGUMENT
 */
export function signerOfMnemonic(phrase: string, account = 0): KeySigner {
  if (!Number.isInteger(account) || account < 0 || account >= MOST_ACCOUNTS) {
    throw new InvalidArgumentError('an account of a seed phrase is a whole number from 0', { account })
  }
  const words = phrase.trim().toLowerCase().split(/\s+/)
  const normal = words.join(' ')
  if (!Mnemonic.isValidMnemonic(normal)) {
    throw new InvalidArgumentError(
      'this is no seed phrase (BIP-39): a word is mistyped, missing, or in another place',
      { words: words.length },
    )
  }
  const path = `m/44'/60'/0'/0/${account}`
  return new Wallet(HDNodeWallet.fromPhrase(normal, '', path).privateKey)
}
