import { type BlockRef, type CallOptions, type LogKey, RefusedError, throwIfAborted } from '@remote-log/core'
import { Connection } from '../connection.ts'
import type { Call } from '../mined.ts'
import { transact } from '../transaction.ts'
import { parseEnsName } from './ens-name.ts'
import { addressIn, ensInterface, isZero, resolverOf, view } from './ens-registry.ts'
import {
  asResolverRefusal,
  type ResolverOptions,
  type ResolverSurroundings,
  resolverInterface,
  surroundingsOf,
} from './log-resolver.ts'

/** A transaction that changed what a name stands for. */
export interface NameTransaction {
  /** Hash of the transaction, `0x` hex. */
  readonly transaction: string
  readonly block: BlockRef
  /** Gas units used. */
  readonly gasUsed: bigint
  /** Whether ENS asks this resolver for the name; where not, {@link setNameResolver}. */
  readonly resolves: boolean
}

/**
 * Links a name to a log, in place of what it was linked to before. The signer must own the name in ENS or be approved
 * by the owner; the log may be anybody's. Names below it become the topics of the log's owner.
 * @throws INVALID_ARGUMENT (not a name), REFUSED (`reason` NodeNotOwned or ZeroOwner; no funds; signer's no),
 * NO_CONTRACT (no such resolver), WRONG_CHAIN, UNAVAILABLE (outcome unknown where there is a transaction), ABORTED
 */
export async function linkName(
  options: ResolverOptions,
  name: string,
  log: LogKey & { /** The record `url`. */ readonly url?: string | undefined },
  call: CallOptions = {},
): Promise<NameTransaction> {
  return change(options, name, call, node => ({
    to: options.resolver,
    data: resolverInterface.encodeFunctionData('link', [node, log.owner, log.topic, log.url ?? '']),
  }))
}

/** Takes the link of a name away. @throws as {@link linkName}; REFUSED also for the `reason` NotLinked */
export async function unlinkName(
  options: ResolverOptions,
  name: string,
  call: CallOptions = {},
): Promise<NameTransaction> {
  return change(options, name, call, node => ({
    to: options.resolver,
    data: resolverInterface.encodeFunctionData('unlink', [node]),
  }))
}

/**
 * Makes the resolver of logs the name's resolver in ENS, through the name wrapper if the name is wrapped. Records that
 * another resolver keeps for the name are not seen any more.
 * @throws as {@link linkName}; REFUSED where ENS or the wrapper reverts
 */
export async function setNameResolver(
  options: ResolverOptions,
  name: string,
  call: CallOptions = {},
): Promise<NameTransaction> {
  const done = await change(options, name, call, (node, { isWrapped, nameWrapper, ens }) => ({
    // Both have the same function.
    to: isWrapped ? nameWrapper : ens,
    data: ensInterface.encodeFunctionData('setResolver', [node, options.resolver]),
  }))
  return { ...done, resolves: true }
}

interface NameSurroundings extends ResolverSurroundings {
  readonly isWrapped: boolean
}

async function change(
  options: ResolverOptions,
  name: string,
  call: CallOptions,
  callOf: (node: string, surroundings: NameSurroundings) => Call,
): Promise<NameTransaction> {
  throwIfAborted(call.signal, 'changing a name')
  const parsed = parseEnsName(name)
  const { node } = parsed
  const connection = new Connection({ ...options, registry: options.resolver })
  const { rpc } = connection
  const now = await connection.blockAt('latest', call)
  const surroundings = await surroundingsOf(connection, options.resolver, now, call)
  const { ens, nameWrapper } = surroundings
  const [resolver, owner] = await Promise.all([
    resolverOf(rpc, ens, node, now, call),
    view(rpc, ens, ensInterface.encodeFunctionData('owner', [node]), now, call).then(addressIn),
  ])
  const isWrapped = owner === nameWrapper && !isZero(nameWrapper)
  const request = callOf(node, { ...surroundings, isWrapped })
  const mined = await transact(connection, options.signer, request, call).catch(error => {
    throw asResolverRefusal(error, parsed.name)
  })
  const { transaction, block, gasUsed, succeeded } = mined
  if (!succeeded) {
    throw new RefusedError('the transaction reverted', { reason: 'reverted', name: parsed.name, transaction })
  }
  return { transaction, block, gasUsed, resolves: resolver === options.resolver }
}
