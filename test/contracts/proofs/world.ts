import { readFileSync } from 'node:fs'
import { dataLength, hexlify } from 'ethers'
import hre from 'hardhat'
import type { RemoteLogRegistry } from '../../../packages/ethereum/src/generated/RemoteLogRegistry.ts'
import type { RemoteLogVerifier } from '../../../packages/ethereum/src/generated/RemoteLogVerifier.ts'

/** `PageRule` of IRemoteLogVerifier, by the names of docs/spec.md section 2.6. */
export const PAGE_RULES = [
  'version',
  'encoding',
  'canonical',
  'range',
  'content',
  'roots',
  'tail',
  'seq',
  'base',
] as const

export interface EntryVector {
  readonly timestamp: number
  readonly id: string
  readonly data?: string
  readonly reference?: string
  readonly length?: number
}

/** A question to the verifier: bytes and hashes are hex without 0x. */
export interface Question {
  readonly name: string
  readonly head: string
  readonly log: string
  readonly seq: number
  readonly proof: string
}

interface Vectors {
  readonly entries: readonly (Question & { readonly entry: EntryVector })[]
  readonly refused: readonly (Question & { readonly refused: string })[]
  readonly files: readonly {
    readonly root: string
    readonly length: number
    readonly from: number
    readonly to: number
    readonly proof: string
    readonly data: string
  }[]
}

export const VECTORS = JSON.parse(
  readFileSync(new URL('../../vectors/proof-v1.json', import.meta.url), 'utf8'),
) as Vectors

/** A chain with a registry and a verifier on it. */
export async function deployVerifier() {
  const connection = await hre.network.create()
  const { ethers } = connection
  const [caller, stranger] = await ethers.getSigners()
  const registry = (await ethers.deployContract('RemoteLogRegistry')) as unknown as RemoteLogRegistry
  const verifier = (await ethers.deployContract('RemoteLogVerifier', [
    await registry.getAddress(),
  ])) as unknown as RemoteLogVerifier
  return { connection, ethers, registry, verifier, caller: caller!, stranger: stranger! }
}

export const bytes = (hex: string) => `0x${hex}`

/** What the verifier says of a question: the entry, or the error with its arguments. */
export async function answer(
  verifier: RemoteLogVerifier,
  { head, log, seq, proof }: Omit<Question, 'name'>,
): Promise<EntryVector | unknown[]> {
  const work = verifier.entryAt(bytes(head), bytes(log), BigInt(seq), bytes(proof))
  return await entryOrError(verifier, work)
}

export async function entryOrError(
  verifier: RemoteLogVerifier,
  work: ReturnType<RemoteLogVerifier['entryAt']>,
): Promise<EntryVector | unknown[]> {
  try {
    return entryOf(await work)
  } catch (error) {
    return errorOf(verifier, error)
  }
}

/** An error of the verifier as `[name, ...arguments]`; throws any other. */
export function errorOf(verifier: RemoteLogVerifier, error: unknown): unknown[] {
  const { data } = error as { data?: unknown }
  const parsed = typeof data === 'string' ? verifier.interface.parseError(data) : null
  if (parsed === null) throw error
  return [parsed.name, ...parsed.args]
}

/** One word for an error, as the TypeScript verifier has it: its name, or the rule that a page breaks. */
export function reasonOf([name, , rule]: unknown[]): unknown {
  return name === 'MalformedPage' ? PAGE_RULES[Number(rule)] : name
}

type Entry = Awaited<ReturnType<RemoteLogVerifier['entryAt']>>

/** An entry as the vectors write it; what the verifier leaves empty must be empty. */
export function entryOf({ timestamp, id, byReference, remoteHash, payloadLength, data }: Entry): EntryVector {
  const plain = (value: string) => hexlify(value).slice(2)
  const common = { timestamp: Number(timestamp), id: plain(id) }
  if (byReference) {
    if (data !== '0x') throw new RangeError('an entry by reference with data')
    return { ...common, reference: plain(remoteHash), length: Number(payloadLength) }
  }
  if (BigInt(remoteHash) !== 0n) throw new RangeError('an embedded entry with a remoteHash')
  if (Number(payloadLength) !== dataLength(data)) {
    throw new RangeError('an embedded entry of another length')
  }
  return { ...common, data: plain(data) }
}
