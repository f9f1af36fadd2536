import { type CallOptions, CorruptError, RefusedError, throwIfAborted } from '@remote-log/core'
import { dataSlice, Interface, recoverAddress, Signature, TypedDataEncoder, toBigInt } from 'ethers'
import { Connection } from './connection.ts'
import type { RegistryOptions } from './options.ts'
import { failureOf } from './rpc-error.ts'
import { typedDataOf } from './sign-head.ts'
import { checkSignatureLength, type SignedHead } from './signed-head.ts'
import { mayWrite } from './writers.ts'

const ERC1271 = new Interface([
  'function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)',
])

/** Half the order of secp256k1's group (SEC 2, section 2.4.1), rounded down: the highest s that is taken (EIP-2). */
const HALF_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n / 2n

/**
 * Checks that the owner, or a writer of theirs, vouches for a signed head, which is not to say that the registry will
 * take it: another head may stand meanwhile. By the owner's key this needs no network; a wallet is asked through
 * `provider`, and so is the registry whether a writer is one.
 * @throws INVALID_ARGUMENT (form), CORRUPT (the owner did not sign this), REFUSED (`reason` expired or
 * not-a-writer), and for wallets and writers TypeError (no provider), WRONG_CHAIN, UNAVAILABLE, ABORTED
 */
export async function verifySignedHead(
  head: SignedHead,
  options: CallOptions & {
    /** The node through which a wallet is asked. */
    readonly provider?: RegistryOptions['provider'] | undefined
    /** Unix time in seconds to hold against the deadline. Default: this machine's clock. */
    readonly now?: number | undefined
  } = {},
): Promise<void> {
  throwIfAborted(options.signal, 'verifySignedHead')
  checkSignatureLength(head)
  const now = options.now ?? Math.floor(Date.now() / 1000)
  if (head.deadline < now) {
    throw new RefusedError('the signed head has expired', { reason: 'expired', deadline: head.deadline, now })
  }
  const { domain, types, value } = typedDataOf(head)
  const digest = TypedDataEncoder.hash(domain, types, value)
  const { by, owner, writer, next } = head
  const vouched =
    by === 'wallet'
      ? await walletSays(head, digest, options)
      : signerOfDigest(digest, head.signature) === (by === 'writer' ? writer : owner)
  if (!vouched) {
    const signer = by === 'writer' ? writer : owner
    throw new CorruptError(`${signer} did not sign this head`, { reason: 'signature', owner, next })
  }
  if (by === 'writer' && !(await mayWrite(connectionFor(head, options), head, writer!, options))) {
    throw new RefusedError(`${writer} is no writer of this log`, { reason: 'not-a-writer', owner, writer })
  }
}

/** The address whose key made a compact signature; undefined where none did, or s is in the upper half. */
function signerOfDigest(digest: string, signature: string): string | undefined {
  const s = toBigInt(dataSlice(signature, 32)) & ((1n << 255n) - 1n)
  if (s > HALF_ORDER) return undefined
  try {
    return recoverAddress(digest, Signature.from(signature)).toLowerCase()
  } catch {
    return undefined
  }
}

function connectionFor(
  { registry, chainId }: SignedHead,
  { provider }: { readonly provider?: RegistryOptions['provider'] | undefined },
): Connection {
  if (provider !== undefined) return new Connection({ provider, registry, chainId })
  throw new TypeError('a head signed by a wallet or a writer is verified through a provider')
}

async function walletSays(
  head: SignedHead,
  digest: string,
  { provider, signal }: CallOptions & { readonly provider?: RegistryOptions['provider'] | undefined },
): Promise<boolean> {
  const connection = connectionFor(head, { provider })
  const block = await connection.blockAt('latest', { signal })
  const data = ERC1271.encodeFunctionData('isValidSignature', [digest, head.signature])
  const call = [{ to: head.owner, data }, { blockHash: block.hash }]
  const answer = await connection.rpc.askBytes('eth_call', call, { signal }).catch(error => {
    if (failureOf(error).kind === 'reverted') return '0x'
    throw error
  })
  return answer.slice(0, 66) === ERC1271.getFunction('isValidSignature')!.selector.padEnd(66, '0')
}
