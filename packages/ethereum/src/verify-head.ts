import { type CallOptions, CorruptError, RefusedError, throwIfAborted } from '@remote-log/core'
import { dataSlice, Interface, recoverAddress, Signature, TypedDataEncoder, toBigInt } from 'ethers'
import { Connection } from './connection.ts'
import type { RegistryOptions } from './options.ts'
import { failureOf } from './rpc-error.ts'
import { typedDataOf } from './sign-head.ts'
import { checkSignatureLength, type SignedHead } from './signed-head.ts'

const ERC1271 = new Interface([
  'function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)',
])

/** Half the order of secp256k1's group (SEC 2, section 2.4.1), rounded down: the highest s that is taken (EIP-2). */
const HALF_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n / 2n

/**
 * Checks that the owner vouches for a signed head, which is not to say that the registry will take it: another head may
 * stand meanwhile. By a key this needs no network; by a wallet the wallet is asked, through `provider`.
 * @throws INVALID_ARGUMENT (form), CORRUPT (the owner did not sign this), REFUSED (`reason` expired), and for wallets
 * TypeError (no provider), WRONG_CHAIN, UNAVAILABLE, ABORTED
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
  const vouched =
    head.by === 'key'
      ? signerOfDigest(digest, head.signature) === head.owner
      : await walletSays(head, digest, options)
  if (!vouched) {
    const { owner, next } = head
    throw new CorruptError(`${owner} did not sign this head`, { reason: 'signature', owner, next })
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

async function walletSays(
  head: SignedHead,
  digest: string,
  { provider, signal }: CallOptions & { readonly provider?: RegistryOptions['provider'] | undefined },
): Promise<boolean> {
  if (provider === undefined) throw new TypeError('a head signed by a wallet is verified through a provider')
  const connection = new Connection({ provider, registry: head.registry, chainId: head.chainId })
  const block = await connection.blockAt('latest', { signal })
  const data = ERC1271.encodeFunctionData('isValidSignature', [digest, head.signature])
  const call = [{ to: head.owner, data }, { blockHash: block.hash }]
  const answer = await connection.rpc.askBytes('eth_call', call, { signal }).catch(error => {
    if (failureOf(error).kind === 'reverted') return '0x'
    throw error
  })
  return answer.slice(0, 66) === ERC1271.getFunction('isValidSignature')!.selector.padEnd(66, '0')
}
