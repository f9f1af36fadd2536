import {
  AbortedError,
  type CallOptions,
  InvalidArgumentError,
  throwIfAborted,
  WrongPasswordError,
} from '@remote-log/core'
import { decryptKeystoreJson, encryptKeystoreJson, isError, isKeystoreJson } from 'ethers'
import { SCRYPT_N } from './limits.ts'
import { type KeySigner, signerOf } from './signer.ts'

/** Deriving a key from a password takes about a second on purpose. */
export interface KeyFileOptions extends CallOptions {
  /** How far it is, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined
}

/**
 * Opens a key file (Web3 Secret Storage, version 3).
 * @throws WRONG_PASSWORD, INVALID_ARGUMENT (no such file, or damaged), ABORTED
 */
export async function readKeyFile(
  json: string,
  password: string,
  options: KeyFileOptions = {},
): Promise<KeySigner> {
  throwIfAborted(options.signal, 'reading the key file')
  if (!isKeystoreJson(json)) {
    throw new InvalidArgumentError('this is no key file (Web3 Secret Storage, version 3)')
  }
  try {
    const account = await decryptKeystoreJson(json, password, progressOf('reading the key file', options))
    return signerOf(account.privateKey)
  } catch (error) {
    if (error instanceof AbortedError) throw error
    if (isError(error, 'INVALID_ARGUMENT') && error.argument === 'password') {
      throw new WrongPasswordError('the password does not open the key file')
    }
    // Without a cause: it could hold parts of the file.
    throw new InvalidArgumentError('the key file is damaged, or encrypted in a way that is not known')
  }
}

/** Writes a key file that geth, wallets and {@link readKeyFile} open; the JSON text. @throws ABORTED */
export async function writeKeyFile(
  signer: KeySigner,
  password: string,
  options: KeyFileOptions & {
    /** scrypt's N: a power of two, the work that one guess costs. Default 131,072; less is for tests. */
    readonly scryptN?: number | undefined
  } = {},
): Promise<string> {
  throwIfAborted(options.signal, 'writing the key file')
  const { address, privateKey } = signer
  return encryptKeystoreJson({ address, privateKey }, password, {
    scrypt: { N: options.scryptN ?? SCRYPT_N },
    progressCallback: progressOf('writing the key file', options),
  })
}

/** Tells the caller, and stops the derivation where the signal has fired: throwing is how that is done. */
function progressOf(what: string, { signal, onProgress }: KeyFileOptions): (done: number) => void {
  return done => {
    throwIfAborted(signal, what)
    onProgress?.(done)
  }
}
