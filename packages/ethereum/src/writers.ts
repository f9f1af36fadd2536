import {
  type Address,
  type BlockRef,
  type BlockTag,
  type CallOptions,
  InvalidArgumentError,
  type LogKey,
  parseAddress,
  parseTopic,
  type Topic,
  UnavailableError,
} from '@remote-log/core'
import type { Interface, Result } from 'ethers'
import { type Change, type ChangeOptions, change } from './change.ts'
import { Connection } from './connection.ts'
import type { RegistryOptions } from './options.ts'
import { wholeList } from './pages.ts'
import { registryInterface } from './registry-abi.ts'

/** What a grant is about: one topic, or all that the owner has or will have. */
export type GrantTopic = Topic | 'every'

/** Whom an owner lets move their heads, and where. */
export interface WriterKey {
  readonly topic: GrantTopic
  readonly writer: Address
}

/** A grant as it stands. */
export interface Writer extends WriterKey {
  /** The last moment at which the writer may write: Unix time in seconds; 0 where it was revoked. */
  readonly expiry: number
  /** Raised by every change: what the next signed statement has to name. */
  readonly revision: number
}

/** The registry's EVERY_TOPIC. */
const EVERY_TOPIC = `0x${'ff'.repeat(32)}`

/**
 * Lets another account move the signer's heads until `expiry` (Unix seconds), or changes until when it may.
 * @throws INVALID_ARGUMENT (topic), REFUSED (`reason`: ExpiryPassed, ZeroWriter, no funds, signer's no), WRONG_CHAIN,
 * NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function authorizeWriter(
  options: ChangeOptions,
  { topic, writer, expiry }: WriterKey & { readonly expiry: number },
  call: CallOptions = {},
): Promise<Change> {
  const args = [topicBytes(topic), writer, expiry] as const
  return change(options, registryInterface.encodeFunctionData('authorizeWriter', [...args]), call)
}

/** Takes a grant of the signer's back, from the next transaction on. @throws as `authorizeWriter` */
export async function revokeWriter(
  options: ChangeOptions,
  { topic, writer }: WriterKey,
  call: CallOptions = {},
): Promise<Change> {
  const args = [topicBytes(topic), writer] as const
  return change(options, registryInterface.encodeFunctionData('revokeWriter', [...args]), call)
}

/**
 * All that an owner ever authorized, revoked and expired ones included, at one block.
 * @throws WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function writersOf(
  options: RegistryOptions,
  owner: Address,
  call: CallOptions & { readonly at?: BlockTag | undefined } = {},
): Promise<{ readonly block: BlockRef; readonly writers: readonly Writer[] }> {
  const connection = new Connection(options)
  const { block, lines } = await wholeList(connection, 'writersOf', [owner], call.at ?? 'latest', call)
  return { block, writers: lines.map(writerOf) }
}

/** One grant at the newest block: what a statement about it has to name. @throws as `writersOf`, INVALID_ARGUMENT */
export async function grantOf(
  options: RegistryOptions,
  owner: Address,
  { topic, writer }: WriterKey,
  call: CallOptions = {},
): Promise<Writer> {
  const args = [owner, topicBytes(topic), writer]
  const [expiry, revision] = await askLatest(new Connection(options), 'grantOf', args, call)
  return { topic, writer, expiry: Number(expiry), revision: Number(revision) }
}

/** Whether an account may move the head of a log of another's, at the newest block. @throws as `writersOf` */
export async function mayWrite(
  connection: Connection,
  { owner, topic }: LogKey,
  writer: string,
  call: CallOptions,
): Promise<boolean> {
  const [live] = await askLatest(connection, 'isWriter', [owner, topic, writer], call)
  return live === true
}

/** A topic as the registry wants it. @throws INVALID_ARGUMENT */
export function topicBytes(topic: GrantTopic): string {
  if (topic === 'every') return EVERY_TOPIC
  if (topic === EVERY_TOPIC) {
    throw new InvalidArgumentError('this topic stands for every topic: say "every"', { topic })
  }
  return topic
}

async function askLatest(
  connection: Connection,
  name: 'grantOf' | 'isWriter',
  args: readonly unknown[],
  call: CallOptions,
): Promise<unknown[]> {
  const abi = registryInterface as Interface
  const block = await connection.blockAt('latest', call)
  const answer = await connection.callAt(block, abi.encodeFunctionData(name, args), call)
  try {
    return abi.decodeFunctionResult(name, answer).toArray()
  } catch {
    throw new UnavailableError(`the node answered ${name} with something that is no answer`, {
      block: block.number,
    })
  }
}

function writerOf(line: Result): Writer {
  const [topic, writer, expiry, revision] = line as unknown as [string, string, bigint, bigint]
  return {
    topic: topic === EVERY_TOPIC ? 'every' : parseTopic(topic),
    writer: parseAddress(writer),
    expiry: Number(expiry),
    revision: Number(revision),
  }
}
