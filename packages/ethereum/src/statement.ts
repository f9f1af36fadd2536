import {
  type Address,
  type CallOptions,
  InvalidArgumentError,
  parseAddress,
  ReadOnlyError,
  RefusedError,
} from '@remote-log/core'
import { isHexString, Signature, type Signer, type TypedDataField } from 'ethers'
import { domainOf } from './domain.ts'
import { DEFAULT_LEAD_SECONDS, MAX_LEAD_SECONDS } from './limits.ts'
import { unlessAborted } from './within.ts'

/** Where a statement is good, and whose it is. */
export interface StatementPlace {
  readonly chainId: number
  readonly registry: Address
  /** Who signs: the account whose writers or lanes they are. */
  readonly owner: Address
}

/** The deadline given, or one day ahead, by this machine's clock. @throws INVALID_ARGUMENT */
export function deadlineOf(deadline: number | undefined): number {
  const now = Math.floor(Date.now() / 1000)
  const end = deadline ?? now + DEFAULT_LEAD_SECONDS
  if (!Number.isSafeInteger(end) || end < now || end > now + MAX_LEAD_SECONDS) {
    throw new InvalidArgumentError('the deadline (Unix seconds) is from now to 30 days ahead', {
      deadline: end,
      now,
    })
  }
  return end
}

/** A key's signature of typed data, in 64 bytes (EIP-2098). @throws READ_ONLY (not the owner's), REFUSED, ABORTED */
export async function signAs(
  signer: Signer,
  place: StatementPlace,
  types: Record<string, TypedDataField[]>,
  value: Record<string, unknown>,
  { signal }: CallOptions,
): Promise<string> {
  const address = (await unlessAborted('signing', signal, signer.getAddress())).toLowerCase()
  if (address !== place.owner) {
    throw new ReadOnlyError(`${address} can't sign for ${place.owner}`, {
      owner: place.owner,
      signer: address,
    })
  }
  const signed = signer.signTypedData(domainOf(place), types, value).catch(error => {
    throw new RefusedError('the signer does not sign', { reason: 'signer failed' }, error)
  })
  return Signature.from(await unlessAborted('signing', signal, signed)).compactSerialized
}

/** Reads the fields that all signed statements have from parsed JSON. @throws INVALID_ARGUMENT */
export class Fields {
  readonly #fields: Record<string, unknown>

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null) {
      throw new InvalidArgumentError('a signed statement is a JSON object')
    }
    this.#fields = value as Record<string, unknown>
  }

  text(field: string): string {
    const value = this.#fields[field]
    return typeof value === 'string' ? value : wrong(field)
  }

  /** An integer from 0 on. */
  count(field: string): number {
    const value = this.#fields[field]
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : wrong(field)
  }

  flag(field: string): boolean {
    const value = this.#fields[field]
    return typeof value === 'boolean' ? value : wrong(field)
  }

  isNull(field: string): boolean {
    return this.#fields[field] === null
  }

  /** Everything around what is stated. */
  frame(): StatementPlace & { revision: number; deadline: number; signature: string } {
    const signature = this.text('signature')
    return {
      chainId: this.count('chainId'),
      registry: parseAddress(this.text('registry')),
      owner: parseAddress(this.text('owner')),
      revision: this.count('revision'),
      deadline: this.count('deadline'),
      signature: isHexString(signature, true) ? signature.toLowerCase() : wrong('signature'),
    }
  }
}

/** That a statement is for the registry that it is submitted to. @throws INVALID_ARGUMENT */
export function demandPlace(
  statement: StatementPlace,
  { registry, chainId }: { readonly registry: Address; readonly chainId: number },
): void {
  if (statement.registry === registry && statement.chainId === chainId) return
  throw new InvalidArgumentError('the statement is for another registry or chain', {
    registry: statement.registry,
    chainId: statement.chainId,
  })
}

function wrong(field: string): never {
  throw new InvalidArgumentError(`the ${field} of a signed statement is missing or has the wrong form`, {
    field,
  })
}
