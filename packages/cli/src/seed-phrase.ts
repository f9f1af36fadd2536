import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { KeySigner } from '@remote-log/client'
import { InvalidArgumentError } from '@remote-log/core'
import { askHidden } from './password.ts'
import type { Runtime } from './runtime.ts'

/** Where a seed phrase may come from. Never from an argument: those stand in every process list and shell history. */
export interface SeedPhraseOptions {
  /** A file that holds it; `-` is standard input. */
  readonly mnemonicFile?: string | undefined
  /** Which account it is: m/44'/60'/0'/0/n. Default 0. */
  readonly account?: number | undefined
}

/**
 * The key of a seed phrase (BIP-39): of `--mnemonic-file`, else REMOTE_LOG_MNEMONIC; undefined where there is neither.
 * What it says is never printed. @throws INVALID_ARGUMENT
 */
export async function keyOfSeedPhrase(
  runtime: Runtime,
  { mnemonicFile, account }: SeedPhraseOptions,
): Promise<KeySigner | undefined> {
  const phrase =
    mnemonicFile === undefined ? runtime.env.REMOTE_LOG_MNEMONIC : await read(runtime, mnemonicFile)
  if (phrase !== undefined) {
    const { signerOfMnemonic } = await import('@remote-log/client')
    return signerOfMnemonic(phrase, account)
  }
  if (account === undefined) return undefined
  throw new InvalidArgumentError(
    '--account is one of a seed phrase: give --mnemonic-file or REMOTE_LOG_MNEMONIC',
    {
      option: '--account',
    },
  )
}

async function read(runtime: Runtime, file: string): Promise<string> {
  if (file === '-') return runtime.stdin.isTTY ? askHidden(runtime, 'Seed phrase: ') : text(runtime.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new InvalidArgumentError(`cannot read the file of the seed phrase ${file}`, { file }, error)
  }
}
