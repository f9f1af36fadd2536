import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Address, InvalidArgumentError, parseAddress } from '@remote-log/core'
import { countField, type JsonObject, readJsonFile, textField } from './json-file.ts'

/** The name of the file in a devnet's folder that tells other processes where it is. */
export const DEVNET_FILE = 'devnet.json'

/** What other processes need to know of a running devnet. */
export interface DevnetFacts {
  readonly rpcUrl: string
  readonly beeUrl: string
  readonly chainId: number
  readonly registry: Address
  /** The contract that sells postage; a devnet of an earlier version has none. */
  readonly postage?: Address | undefined
  /** A usable postage batch, 64 hex digits. */
  readonly batch: string
  /** Funded accounts that exist on this chain alone: their keys guard nothing of value. */
  readonly accounts: readonly { readonly address: Address; readonly privateKey: string }[]
}

/** The devnet file named by a folder or by its own path, absolute. */
export async function locateDevnetFile(path: string): Promise<string> {
  const absolute = resolve(path)
  const isFolder = await stat(absolute).then(
    found => found.isDirectory(),
    () => false,
  )
  return isFolder ? join(absolute, DEVNET_FILE) : absolute
}

/** @throws NotFoundError, InvalidArgumentError */
export async function readDevnetFile(file: string): Promise<DevnetFacts> {
  const object = await readJsonFile(file, 'devnet file')
  return {
    rpcUrl: textField(object, 'rpcUrl', file),
    beeUrl: textField(object, 'beeUrl', file),
    chainId: countField(object, 'chainId', file),
    registry: parseAddress(textField(object, 'registry', file)),
    postage: object.postage === undefined ? undefined : parseAddress(textField(object, 'postage', file)),
    batch: textField(object, 'batch', file),
    accounts: readAccounts(object.accounts, file),
  }
}

function readAccounts(value: unknown, file: string): DevnetFacts['accounts'] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(`${file}: "accounts" must be a list`, { file })
  return value.map((account: JsonObject) => ({
    address: parseAddress(textField(account, 'address', file)),
    privateKey: textField(account, 'privateKey', file),
  }))
}
