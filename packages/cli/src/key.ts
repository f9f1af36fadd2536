import { readFile, writeFile } from 'node:fs/promises'
import type { KeySigner } from '@remote-log/client'
import { type Address, InvalidArgumentError, ReadOnlyError } from '@remote-log/core'
import { alreadyThere } from './config.ts'
import type { DevnetFacts } from './devnet-file.ts'
import type { Home } from './home.ts'
import { type PasswordOptions, readPassword } from './password.ts'
import { startProgress } from './progress.ts'
import type { Runtime } from './runtime.ts'
import { keyOfSeedPhrase, type SeedPhraseOptions } from './seed-phrase.ts'

/** Which key a new log gets. */
export interface KeyOptions extends PasswordOptions, SeedPhraseOptions {
  readonly devnetAccount?: number | undefined
  /** False with `--no-key-file`. */
  readonly keyFile?: boolean
}

/**
 * The key for a log on this device, in this order: REMOTE_LOG_KEY, a seed phrase, the devnet's account, a new key.
 * @throws INVALID_ARGUMENT
 */
export async function chooseKey(
  runtime: Runtime,
  options: KeyOptions,
  accounts: DevnetFacts['accounts'] | undefined,
): Promise<KeySigner> {
  const { devnetAccount, keyFile } = options
  const { createKey, signerOf } = await import('@remote-log/client')
  const { REMOTE_LOG_KEY: key } = runtime.env
  const ofPhrase = await keyOfSeedPhrase(runtime, options)
  if ([key, ofPhrase, devnetAccount].filter(given => given !== undefined && given !== '').length > 1) {
    throw new InvalidArgumentError('REMOTE_LOG_KEY, a seed phrase and --devnet-account exclude each other')
  }
  if (key) return signerOf(key)
  if (ofPhrase) return ofPhrase
  if (devnetAccount === undefined) {
    if (keyFile !== false) return createKey()
    throw new InvalidArgumentError('--no-key-file needs a key in REMOTE_LOG_KEY, or a seed phrase')
  }
  if (!accounts) throw new InvalidArgumentError('--devnet-account needs --devnet')
  const account = accounts[devnetAccount]
  if (account) return signerOf(account.privateKey)
  throw new InvalidArgumentError(
    `the devnet has the accounts 0 to ${accounts.length - 1}, not ${devnetAccount}`,
    { account: devnetAccount },
  )
}

/** Encrypts the key into the home folder. @throws INVALID_ARGUMENT (no password; there is a key already), ABORTED */
export async function keepKey(
  runtime: Runtime,
  home: Home,
  key: KeySigner,
  options: PasswordOptions,
): Promise<void> {
  const { writeKeyFile } = await import('@remote-log/client')
  const password = await readPassword(runtime, { ...options, choose: true })
  const text = await deriving(runtime, 'encrypting the key', call => writeKeyFile(key, password, call))
  try {
    await writeFile(home.key, `${text}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw alreadyThere(home.key, error)
  }
}

/**
 * The owner's key: from REMOTE_LOG_KEY, else from REMOTE_LOG_MNEMONIC, else from the key file.
 * @throws READ_ONLY (there is none), WRONG_PASSWORD, INVALID_ARGUMENT (no password, or no key of this log's owner)
 */
export async function unlockKey(
  runtime: Runtime,
  home: Home,
  owner: Address | undefined,
  options: PasswordOptions & Pick<SeedPhraseOptions, 'account'>,
): Promise<KeySigner> {
  const { readKeyFile, signerOf, signerOfMnemonic } = await import('@remote-log/client')
  const { REMOTE_LOG_KEY: key, REMOTE_LOG_MNEMONIC: phrase } = runtime.env
  if (key) return signerOf(key)
  if (phrase) return signerOfMnemonic(phrase, options.account)
  const text = await readFile(home.key, 'utf8').catch((error: unknown) => {
    const message = `there is no key${owner === undefined ? '' : ` of ${owner}`}: neither ${home.key} nor REMOTE_LOG_KEY nor REMOTE_LOG_MNEMONIC`
    throw new ReadOnlyError(message, { owner, file: home.key }, error)
  })
  const password = await readPassword(runtime, options)
  return deriving(runtime, 'opening the key file', call => readKeyFile(text, password, call))
}

interface Derivation {
  readonly signal: AbortSignal
  readonly onProgress: (done: number) => void
}

async function deriving<T>(
  runtime: Runtime,
  what: string,
  run: (call: Derivation) => Promise<T>,
): Promise<T> {
  const progress = startProgress(runtime, what)
  const onProgress = (done: number) => progress.update(`${what}: ${Math.round(done * 100)} %`)
  try {
    return await run({ signal: runtime.signal, onProgress })
  } finally {
    progress.stop()
  }
}
