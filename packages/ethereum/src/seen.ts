import { type BlockRef, type BlockTag, type CallOptions, UnavailableError } from '@remote-log/core'
import type { Interface, Result } from 'ethers'
import type { Connection, Glance } from './connection.ts'
import { BLOCK_ATTEMPTS } from './limits.ts'
import { registryInterface } from './registry-abi.ts'
import { failureOf } from './rpc-error.ts'

/** The registry's functions whose first result is the block that they saw. */
export type SeenFunction = 'headsWithBlock' | 'lanesOf' | 'writersOf'

export interface Question {
  readonly name: SeenFunction
  readonly args: readonly unknown[]
  /** Whether results can be an answer to this question. */
  fits(results: Result): boolean
}

export interface Answers {
  /** The block at which all answers are. */
  readonly block: BlockRef
  /** In the order asked; without the block seen. */
  readonly results: readonly Result[]
}

/**
 * Asks the registry at the newest block with this tag, in one round of requests where it saw the block that the node
 * names. Where it saw another (one came in between; several nodes, not equally far, stand behind one URL; the chain
 * counts blocks in its own way), it is asked again by the block's hash; where the node does not know that block, all
 * starts again.
 * @throws WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function askAtTag(
  connection: Connection,
  questions: readonly Question[],
  tag: BlockTag,
  options: CallOptions,
): Promise<Answers> {
  for (let attempt = 1; ; attempt++) {
    const glance = await connection.glance(tag, questions.map(encode), options)
    const { block } = glance
    try {
      const results = await Promise.all(
        questions.map(
          (question, i) =>
            seenAtBlock(glance, i, question) ?? askAtBlock(connection, question, block, options),
        ),
      )
      return { block, results }
    } catch (error) {
      if (failureOf(error).kind !== 'block' || attempt === BLOCK_ATTEMPTS) throw error
    }
  }
}

/** Asks the registry in the state after a block, by its hash. @throws NO_CONTRACT, UNAVAILABLE, ABORTED */
export async function askAtBlock(
  connection: Connection,
  question: Question,
  block: BlockRef,
  options: CallOptions,
): Promise<Result> {
  const results = decode(question, await connection.callAt(block, encode(question), options))
  if (results === undefined) {
    throw new UnavailableError(`the node answered ${question.name} with something that is no answer`, {
      block: block.number,
    })
  }
  return results.slice(1)
}

/** An answer that was given at the block named; undefined where it is at another, or is no answer. */
function seenAtBlock(
  { block, parentHash, answers }: Glance,
  index: number,
  question: Question,
): Result | undefined {
  const answer = answers[index]
  const results = answer === undefined ? undefined : decode(question, answer)
  if (results === undefined) return undefined
  const [number, timestamp, parent] = results[0] as [bigint, bigint, string]
  const agrees =
    number === BigInt(block.number) && timestamp === BigInt(block.timestamp) && parent === parentHash
  return agrees ? results.slice(1) : undefined
}

function encode({ name, args }: Question): string {
  return (registryInterface as Interface).encodeFunctionData(name, args)
}

function decode({ name, fits }: Question, answer: string): Result | undefined {
  try {
    const results = (registryInterface as Interface).decodeFunctionResult(name, answer)
    // ethers decodes lists only where they are read.
    results.toArray(true)
    return fits(results.slice(1)) ? results : undefined
  } catch {
    return undefined
  }
}
