import {
  AbortedError,
  CHUNK_BYTES,
  type ContentStore,
  isRangeReader,
  type LeafGroups,
  type LeafRange,
  type RangeReader,
  type Reference,
  RemoteLogError,
  recordLeaf,
  recordsIn,
  TreeWalker,
  UnavailableError,
} from '@remote-log/core'
import type { ContentStoreSubject } from './content-store.ts'
import { ability, expect, expectBytes, expectCode, expectSame } from './expectation.ts'
import { putAndConfirm } from './put-and-confirm.ts'
import type { RangedFile } from './range-reader.ts'

/** What a backend sends of the first group, the code of what comes of it, and how many leaves are sound before. */
const LIES: readonly {
  readonly name: string
  readonly lie: (honest: Uint8Array) => Uint8Array
  readonly code: 'CORRUPT' | 'UNAVAILABLE'
  readonly sound: number
}[] = [
  {
    name: 'a forged leaf',
    lie: bytes => bytes.map((byte, i) => (i === 70 * CHUNK_BYTES ? byte ^ 1 : byte)),
    code: 'CORRUPT',
    sound: 70,
  },
  {
    name: 'a group cut in its middle',
    lie: bytes => bytes.subarray(0, 90_000),
    code: 'UNAVAILABLE',
    sound: 21,
  },
  { name: 'a group cut at once', lie: bytes => bytes.subarray(0, 4095), code: 'UNAVAILABLE', sound: 0 },
]

/** The tests of {@link LeafGroups}, for a `RangeReader` that proves them. */
export function leafGroupTests(
  test: (name: string, body: (subject: ContentStoreSubject) => Promise<void>) => void,
  { root, length, chunks, bytesOf }: RangedFile,
): void {
  const [whole, part] = [
    { from: 0, to: 128 },
    { from: 1, to: 131 },
  ]

  test('a whole group proves itself: nothing is fetched for it', async ({ store }) => {
    await putAndConfirm(store, chunks)
    const group = new KnownRoot(store, root, length)
    const { leaves, error } = await drain(store, root, whole, group)
    if (error) throw error
    expectSame(leaves.length, 128, 'leaves')
    for (const [i, bytes] of leaves.entries()) expectBytes(bytes, bytesOf(i), `leaf ${i}`)
    expectSame(group.fetched.length, 0, 'inner chunks fetched')
    expect(group.leaf(127) !== undefined, 'the group is known afterwards')
  })

  test('for parts of groups their inner chunks are fetched', async ({ store }) => {
    await putAndConfirm(store, chunks)
    const group = new KnownRoot(store, root, length)
    const { leaves, error } = await drain(store, root, part, group)
    if (error) throw error
    expectSame(leaves.length, 130, 'leaves')
    for (const [i, bytes] of leaves.entries()) expectBytes(bytes, bytesOf(1 + i), `leaf ${1 + i}`)
    expectSame(group.fetched.join(), '0,128', 'inner chunks fetched')
  })

  for (const { name, lie, code, sound } of LIES) {
    test(`${name}: the inner chunk tells how far it is sound`, async subject => {
      const { store } = subject
      await putAndConfirm(store, chunks)
      await forge(subject, lie)
      const group = new KnownRoot(store, root, length)
      const { leaves, error } = await drain(store, root, whole, group)
      expectSame(leaves.length, sound, 'leaves')
      for (const [i, bytes] of leaves.entries()) expectBytes(bytes, bytesOf(i), `leaf ${i}`)
      const { details } = await expectCode(Promise.reject(error), code, name)
      expectSame(details.leaf, sound, 'details.leaf')
      expectSame(group.fetched.length, sound > 0 ? 1 : 0, 'inner chunks fetched')
      if (code === 'CORRUPT') expectSame(details.reference, group.leaf(sound), 'details.reference')
    })

    test(`${name}, and the inner chunk can’t be had: nothing is handed on`, async subject => {
      const { store } = subject
      await putAndConfirm(store, chunks)
      await forge(subject, lie)
      const group = new KnownRoot(store, root, length)
      group.failure = new UnavailableError('the inner chunk is lost', {})
      const { leaves, error } = await drain(store, root, whole, group)
      expectSame(leaves.length, 0, 'leaves')
      const { details } = await expectCode(Promise.reject(error), code, name)
      expectSame(details.leaf, 0, 'details.leaf')
    })
  }

  for (const { name, lie } of LIES.filter(({ sound }) => sound > 0)) {
    test(`${name}, and its reader stops while the inner chunk is fetched: ABORTED, not wrong`, async subject => {
      const { store } = subject
      await putAndConfirm(store, chunks)
      await forge(subject, lie)
      const group = new KnownRoot(store, root, length)
      group.failure = new AbortedError('the reader stopped', {})
      const { leaves, error } = await drain(store, root, whole, group)
      expectSame(leaves.length, 0, 'leaves')
      await expectCode(Promise.reject(error), 'ABORTED', name)
    })
  }

  async function forge(subject: ContentStoreSubject, lie: (honest: Uint8Array) => Uint8Array): Promise<void> {
    const forgeRanges = ability(subject.forgeRanges, 'forgeRanges')
    const bytes = new Uint8Array(CHUNK_BYTES * 128)
    for (let i = 0; i < 128; i++) bytes.set(bytesOf(i), CHUNK_BYTES * i)
    await forgeRanges.call(subject, (from, length) => lie(bytes.subarray(from, from + length)))
  }
}

/** What is known of a file of which the root chunk was read. */
class KnownRoot implements LeafGroups {
  /** First leaves of the groups whose inner chunks were fetched. */
  readonly fetched: number[] = []
  /** What fetching an inner chunk ends with. */
  failure: RemoteLogError | undefined
  readonly #store: ContentStore
  readonly #walker: TreeWalker
  #rootKnown: Promise<void> | undefined

  constructor(store: ContentStore, root: Reference, length: number) {
    this.#store = store
    this.#walker = new TreeWalker(root, length)
  }

  /** To be called first. */
  readRoot(): Promise<void> {
    this.#rootKnown ??= this.#supply(0)
    return this.#rootKnown
  }

  leaf(leaf: number): Reference | undefined {
    return this.#walker.leaf(leaf * CHUNK_BYTES)?.reference
  }

  around(leaf: number): LeafRange {
    const { offset, span } = this.#walker.group(leaf * CHUNK_BYTES)!.node
    return { from: offset / CHUNK_BYTES, to: Math.ceil((offset + span) / CHUNK_BYTES) }
  }

  offer({ from }: LeafRange, addresses: Uint8Array): boolean {
    return this.#walker.offer(this.#walker.group(from * CHUNK_BYTES)!, addresses)
  }

  async fetch({ from }: LeafRange): Promise<void> {
    if (this.failure) throw this.failure
    this.fetched.push(from)
    await this.#supply(from)
  }

  async #supply(leaf: number): Promise<void> {
    const at = leaf * CHUNK_BYTES
    for (const { node, reference } of this.#walker.wanted(at, at + 1)) {
      this.#walker.supply(node, await this.#store.get(reference))
    }
  }
}

async function drain(
  store: ContentStore,
  root: Reference,
  range: LeafRange,
  groups: KnownRoot,
): Promise<{ leaves: Uint8Array[]; error?: unknown }> {
  await groups.readRoot()
  const leaves: Uint8Array[] = []
  try {
    const read = proving(store).readLeaves(root, range, leaf => groups.leaf(leaf), { groups })
    for await (const records of read) {
      for (const record of recordsIn(records)) leaves.push(recordLeaf(record))
    }
    return { leaves }
  } catch (error) {
    if (!(error instanceof RemoteLogError)) throw error
    return { leaves, error }
  }
}

function proving(store: ContentStore): RangeReader {
  const proves = isRangeReader(store) && store.provesGroups === true
  expect(proves, 'the ability "groups" is declared but the store does not prove groups')
  return store as ContentStore & RangeReader
}
