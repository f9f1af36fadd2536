import { type CallOptions, parseAddress, parseTopic } from '@remote-log/core'
import type { Signer, TypedDataField } from 'ethers'
import { type Change, type ChangeOptions, change } from './change.ts'
import { registryInterface } from './registry-abi.ts'
import { deadlineOf, demandPlace, Fields, type StatementPlace, signAs } from './statement.ts'
import { topicBytes, type WriterKey } from './writers.ts'

/** What an owner signs to authorize a writer or to revoke one (EIP-712). */
export interface WriterGrant extends StatementPlace, WriterKey {
  /** The last moment at which the writer may write: Unix time in seconds; 0 revokes. */
  readonly expiry: number
  /** The revision that must stand (`grantOf`); to revoke, that or any lower one. */
  readonly revision: number
  /** The last moment at which the statement works: Unix time in seconds. */
  readonly deadline: number
}

/** A grant that the owner signed: whoever has it may submit it. It is plain data and can travel as JSON. */
export interface SignedWriterGrant extends WriterGrant {
  /** `0x` hex: 64 bytes of a key (EIP-2098), or what the owner's wallet wants to see (ERC-1271). */
  readonly signature: string
}

const TYPES: Record<string, TypedDataField[]> = {
  WriterGrant: [
    { name: 'owner', type: 'address' },
    { name: 'topic', type: 'bytes32' },
    { name: 'writer', type: 'address' },
    { name: 'expiry', type: 'uint64' },
    { name: 'revision', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
}

/**
 * Signs a grant, or with expiry 0 a revocation, for others to submit. No transaction, no node. Who has signed a grant away
 * revokes with a revision one higher: then the writer is out in the end, whichever is submitted first.
 * @throws READ_ONLY (the signer is not the owner), INVALID_ARGUMENT (deadline, topic), REFUSED, ABORTED
 */
export async function signWriterGrant(
  signer: Signer,
  request: Omit<WriterGrant, 'deadline'> & {
    /** Default: one day ahead, by this machine's clock. */
    readonly deadline?: number | undefined
  },
  options: CallOptions = {},
): Promise<SignedWriterGrant> {
  const grant: WriterGrant = { ...request, deadline: deadlineOf(request.deadline) }
  return { ...grant, signature: await signAs(signer, grant, TYPES, statedBy(grant), options) }
}

/** Reads a signed grant from parsed JSON. Says nothing about who signed it. @throws INVALID_ARGUMENT */
export function parseWriterGrant(value: unknown): SignedWriterGrant {
  const fields = new Fields(value)
  const topic = fields.text('topic')
  return {
    ...fields.frame(),
    topic: topic === 'every' ? topic : parseTopic(topic),
    writer: parseAddress(fields.text('writer')),
    expiry: fields.count('expiry'),
  }
}

/**
 * Submits a signed grant or revocation: the signer of the options pays.
 * @throws INVALID_ARGUMENT (another chain or registry), REFUSED (`reason`: StaleRevision, StatementExpired, WrongSigner …),
 * WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function submitWriterGrant(
  options: ChangeOptions,
  grant: SignedWriterGrant,
  call: CallOptions = {},
): Promise<Change> {
  demandPlace(grant, options)
  const args = [statedBy(grant), grant.signature] as const
  return change(options, registryInterface.encodeFunctionData('setWriterSigned', [...args]), call)
}

function statedBy({ owner, topic, writer, expiry, revision, deadline }: WriterGrant) {
  return { owner, topic: topicBytes(topic), writer, expiry, revision, deadline }
}
