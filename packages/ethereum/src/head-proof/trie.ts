import { verifyMerkleProof } from '@ethereumjs/mpt'
import { CorruptError, type ErrorDetails } from '@remote-log/core'
import { getBytes, hexlify, keccak256 } from 'ethers'

/** Root of a trie without entries: keccak256(rlp("")), as the Yellow Paper (appendix D) has it. */
export const EMPTY_TRIE_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
/** rlp(""): how some nodes prove that a trie is empty; others send no trie node at all. */
const EMPTY_TRIE_NODE = '0x80'

/** What is asked of a trie, and what it is called where the answer does not hold. */
export interface TrieQuestion {
  /** 32 bytes, `0x` hex. */
  readonly root: string
  /** The key before it is hashed, `0x` hex. */
  readonly key: string
  readonly what: 'account' | 'storage'
}

/**
 * The value that a Merkle proof shows under a key of a state or storage trie (EIP-1186: trie nodes from the root down),
 * as `0x` hex; undefined where it shows that there is none. @throws CORRUPT (`details.part` names the trie)
 */
export async function provenValue(
  question: TrieQuestion,
  proof: readonly string[],
): Promise<string | undefined> {
  const { root, key, what } = question
  if (root === EMPTY_TRIE_ROOT) {
    if (proof.length === 0 || (proof.length === 1 && proof[0] === EMPTY_TRIE_NODE)) return undefined
    throw notProven(what, 'the trie is empty', { root })
  }
  checkChain(question, proof)
  try {
    const value = await verifyMerkleProof(getBytes(key), proof.map(getBytesOf), {
      root: getBytes(root),
      useKeyHashing: true,
    })
    return value === null ? undefined : hexlify(value)
  } catch (cause) {
    throw notProven(what, 'a trie node is missing, or leads elsewhere', { root, nodes: proof.length }, cause)
  }
}

/**
 * The root names the first node by its hash, and each node the next: nothing is there that is unproven. (Nodes under 32
 * bytes are a part of the one above; in tries of hashed keys no path comes to them.)
 */
function checkChain({ root, what }: TrieQuestion, proof: readonly string[]): void {
  for (const [i, node] of proof.entries()) {
    const hash = keccak256(node)
    const named = i === 0 ? hash === root : proof[i - 1]!.includes(hash.slice(2))
    if (!named) {
      const why = i === 0 ? 'it is about another trie' : 'a trie node was altered'
      throw notProven(what, why, { root, node: i })
    }
  }
}

function getBytesOf(hex: string): Uint8Array {
  return getBytes(hex)
}

function notProven(
  what: TrieQuestion['what'],
  why: string,
  details: ErrorDetails,
  cause?: unknown,
): CorruptError {
  return new CorruptError(
    `the ${what} proof does not hold: ${why}`,
    { part: `${what} proof`, ...details },
    cause,
  )
}
