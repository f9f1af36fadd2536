import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Address, LocalDamagedError } from '@remote-log/core'

/** An account with funds on the local chain. */
export interface FundedAccount {
  readonly address: Address
  /** `0x` and 64 hex digits. Known to everybody: worth nothing anywhere else. */
  readonly privateKey: string
}

/** What `devnet.json` in the folder tells other processes, and the next start. */
export interface DevnetFile {
  readonly rpcUrl: string
  readonly beeUrl: string
  readonly chainId: number
  readonly registry: Address
  /** The contract that sells postage batches, with the names and rules of the Swarm Foundation's PostageStamp. */
  readonly postage: Address
  /** Id of a usable postage batch, 64 hex digits. */
  readonly batch: string
  readonly accounts: readonly FundedAccount[]
}

/** @returns undefined where the folder has none yet. @throws LOCAL_DAMAGED */
export async function readDevnetFile(folder: string): Promise<DevnetFile | undefined> {
  const file = join(folder, 'devnet.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as DevnetFile
  } catch (cause) {
    throw new LocalDamagedError(`${file} is no JSON`, { file }, cause)
  }
}

/** Replaces the file as a whole: readers see the old one or the new one. */
export async function writeDevnetFile(folder: string, content: DevnetFile): Promise<void> {
  const file = join(folder, 'devnet.json')
  await writeFile(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`)
  await rename(`${file}.new`, file)
}
