import {
  type Address,
  type BlockRef,
  type BlockTag,
  type CallOptions,
  CorruptError,
  type HeadStatement,
  type LogId,
  NotFoundError,
  parseAddress,
  parseTopic,
  RefusedError,
  type Topic,
  throwIfAborted,
  UnavailableError,
  WrongChainError,
} from '@remote-log/core'
import { Connection } from '../connection.ts'
import { BLOCK_ATTEMPTS } from '../limits.ts'
import { headOfBytes32, registryInterface } from '../registry-abi.ts'
import { failureOf } from '../rpc-error.ts'
import { type EnsName, parseEnsName } from './ens-name.ts'
import { ENS_REGISTRY, type EnsOptions, isZero } from './ens-registry.ts'
import { type AskRecord, findResolver, recordsOf } from './records.ts'

/** ENSIP-7: swarm-ns, CID version 1, swarm-manifest, keccak-256, 32 bytes. */
const SWARM_PREFIX = '0xe40101fa011b20'

/** Where to look a name up. */
export interface NameOptions extends EnsOptions {
  /** The one registry that is accepted. Default: the one that the name's owner names, whichever that is. */
  readonly registry?: Address | undefined
}

/** The log that a name stands for, with the head that the registry names; all at one block. */
export interface LogName extends LogId, HeadStatement {
  /** Normalized (ENSIP-15). */
  readonly name: string
  /** The resolver that answered for the name. */
  readonly resolver: Address
}

/**
 * The log that a name of ENS stands for, and its head. The head comes from the registry, which is checked to be one; the
 * resolver is asked which log it is, and its `contenthash` must be that head. Who can change the name in ENS decides
 * which log this is.
 * @throws INVALID_ARGUMENT (not a name), NOT_FOUND (no resolver, or it knows of no log), REFUSED (another registry than
 * accepted; a resolver that refers to a server), CORRUPT (the resolver contradicts the registry, or itself),
 * WRONG_CHAIN, NO_CONTRACT (no ENS, or no registry where the name says), UNAVAILABLE, ABORTED
 */
export async function resolveLogName(
  options: NameOptions,
  name: string,
  call: CallOptions & { readonly at?: BlockTag | undefined } = {},
): Promise<LogName> {
  throwIfAborted(call.signal, 'resolveLogName')
  const parsed = parseEnsName(name)
  const ens = new Connection({ ...options, registry: options.ens ?? ENS_REGISTRY })
  // Behind one URL may stand several nodes, of which the second does not know the block that the first one named.
  for (let attempt = 1; ; attempt++) {
    const block = await ens.blockAt(call.at ?? 'latest', call)
    try {
      return await resolveAt(ens, options, parsed, block, call)
    } catch (error) {
      if (failureOf(error).kind !== 'block' || attempt === BLOCK_ATTEMPTS) throw error
    }
  }
}

async function resolveAt(
  ens: Connection,
  options: NameOptions,
  name: EnsName,
  block: BlockRef,
  call: CallOptions,
): Promise<LogName> {
  const resolver = await findResolver(ens.rpc, ens.registry, name, block, call)
  const ask = recordsOf(ens.rpc, resolver, name, block, call)
  const [log, contenthash] = await Promise.all([logOf(ask, options, name.name), ask('contenthash')])
  const registry = new Connection({ ...options, registry: log.registry })
  const question = registryInterface.encodeFunctionData('headOf', [log.owner, log.topic])
  const answer = await registry.callAt(block, question, call)
  if (!/^0x[0-9a-fA-F]{64}$/.test(answer)) {
    throw new UnavailableError('the node answered with something that is no head', { block: block.number })
  }
  const head = headOfBytes32(answer)
  const wanted = head === undefined ? '0x' : `${SWARM_PREFIX}${head}`
  if (contenthash !== wanted) {
    throw new CorruptError(`the contenthash of ${name.name} is not the head that the registry names`, {
      name: name.name,
      head,
      contenthash,
      block: block.number,
    })
  }
  return { name: name.name, resolver: resolver.address, ...log, head, block }
}

/** The log, as the records name it; of the registry, of which more is seen later. */
async function logOf(ask: AskRecord, options: NameOptions, name: string): Promise<LogId> {
  const [owner, topic, registry] = await Promise.all([
    ask('addr'),
    ask('text', 'remotelog.topic'),
    ask('text', 'remotelog.registry'),
  ])
  if (!owner || isZero(owner) || !topic || !registry) {
    throw new NotFoundError(`${name} stands for no log`, { name, owner, topic, registry })
  }
  const [, chainId, address] = /^eip155:([1-9][0-9]{0,15}):(0x[0-9a-fA-F]{40})$/.exec(registry) ?? []
  if (address === undefined) throw unreadable(name, 'remotelog.registry', registry)
  if (Number(chainId) !== options.chainId) {
    throw new WrongChainError(`the log of ${name} is on chain ${chainId}`, {
      name,
      expected: options.chainId,
      got: Number(chainId),
    })
  }
  const log = {
    chainId: options.chainId,
    registry: recordAs(parseAddress, name, 'remotelog.registry', address),
    owner: parseAddress(owner),
    topic: recordAs<Topic>(parseTopic, name, 'remotelog.topic', topic),
  }
  if (options.registry !== undefined && log.registry !== options.registry) {
    throw new RefusedError(`the log of ${name} is kept in another registry`, {
      reason: 'another registry',
      name,
      expected: options.registry,
      got: log.registry,
    })
  }
  return log
}

function recordAs<T>(parse: (text: string) => T, name: string, record: string, text: string): T {
  try {
    return parse(text)
  } catch (error) {
    throw unreadable(name, record, text, error)
  }
}

function unreadable(name: string, record: string, value: string, cause?: unknown): CorruptError {
  return new CorruptError(`the record ${record} of ${name} is unreadable`, { name, record, value }, cause)
}
