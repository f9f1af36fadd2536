import {
  chunkPayload,
  chunkSpan,
  REFERENCE_BYTES,
  type Reference,
  referenceFromBytes,
  UnavailableError,
} from '@remote-log/core'
import { pause } from './abort-signals.ts'
import type { BeeNode } from './bee-node.ts'
import type { Provable } from './chunk-proof.ts'
import { FIRST_PAUSE_MS, FIRST_POLL_MS, LAST_PAUSE_MS, LAST_POLL_MS } from './limits.ts'
import { createTag, readTag, type Tag } from './tag.ts'
import { postBytes, postChunk, type UploadTarget } from './upload-requests.ts'

export interface PushAgainOptions extends UploadTarget {
  /** How long the node may go on without the network taking any more, in milliseconds. */
  readonly patienceMs: number
}

/** So many different chunks, posted by one request. */
interface Post {
  readonly chunks: number
  readonly post: (tag: string) => Promise<void>
}

/**
 * Proves chunks by posting them again, each time under a fresh tag, until one tag was `synced` for every chunk and none
 * was `seen`: a chunk that waits nowhere is pushed again and counted when the network took it. A direct upload proves
 * less: of a chunk that still waits under some tag Bee 2.8.1 answers 201 at once, without a receipt
 * (`pkg/pusher/pusher.go`).
 */
export class PushAgain {
  readonly #options: PushAgainOptions
  #progressAt = performance.now()

  constructor(options: PushAgainOptions) {
    this.#options = options
  }

  /** @returns how many chunks these are. @throws UNAVAILABLE, NOT_FOUND (the node lost one), REFUSED, CORRUPT, ABORTED */
  async prove(group: readonly Provable[], signal: AbortSignal | undefined): Promise<number> {
    const posts = (await Promise.all(group.map(one => this.#posts(one, signal)))).flat()
    this.#progressAt = performance.now()
    let fewest = Number.POSITIVE_INFINITY
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LAST_PAUSE_MS)) {
      const { uid, seen } = await this.#again(posts, signal)
      if (seen === 0) return group.reduce((sum, { leaves }) => sum + leaves + 1, 0)
      if (seen < fewest) this.#progressAt = performance.now()
      fewest = Math.min(fewest, seen)
      this.#demandPatience(wait, `${seen} chunks of upload ${uid} wait still under another`)
      await pause(wait, signal, 'confirm')
    }
  }

  /** Posts everything once more. @returns the tag, which has nothing more to tell */
  async #again(posts: readonly Post[], signal: AbortSignal | undefined): Promise<Tag> {
    const { node } = this.#options
    const id = String((await createTag(node, signal)).uid)
    await Promise.all(posts.map(({ post }) => post(id)))
    const chunks = posts.reduce((sum, post) => sum + post.chunks, 0)
    let last = ''
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(1.5 * wait, LAST_POLL_MS)) {
      const tag = await readTag(node, id, signal)
      if (tag.split >= chunks && tag.synced + tag.seen >= tag.split) return tag
      const now = `${tag.split} ${tag.seen} ${tag.synced}`
      if (now !== last) this.#progressAt = performance.now()
      last = now
      this.#demandPatience(0, `the network took nothing more of upload ${id}`)
      await pause(wait, signal, 'confirm')
    }
  }

  /** A file goes as a whole, unless leaves of it are alike: of two such the tag might see the second. */
  async #posts({ reference, leaves }: Provable, signal: AbortSignal | undefined): Promise<Post[]> {
    if (leaves === 0) return [this.#single(reference, signal)]
    const { node } = this.#options
    const root = await node.chunk(reference, signal)
    const below = new Set(referencesIn(root))
    if (below.size < leaves) return [...below, reference].map(chunk => this.#single(chunk, signal))
    const post = async (tag: string) => {
      const body = await wholeFile(node, reference, chunkSpan(root), signal)
      await postBytes(this.#options, body, reference, tag, signal)
    }
    return [{ chunks: leaves + 1, post }]
  }

  /** The node holds the chunk, so that reading it here asks no peer. */
  #single(reference: Reference, signal: AbortSignal | undefined): Post {
    const post = async (tag: string) => {
      const bytes = await this.#options.node.chunk(reference, signal)
      await postChunk(this.#options, { reference, bytes }, tag, signal)
    }
    return { chunks: 1, post }
  }

  #demandPatience(ahead: number, what: string): void {
    const { node, patienceMs } = this.#options
    if (performance.now() - this.#progressAt + ahead <= patienceMs) return
    const url = node.connection.shownUrl
    throw new UnavailableError(`${what}, for ${patienceMs} ms; ${url} may push it later: publish again`, {
      url,
    })
  }
}

/** Not verified here: whoever takes it computes the root. */
async function wholeFile(
  node: BeeNode,
  root: Reference,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const whole = new Uint8Array(length)
  let at = 0
  for await (const piece of node.range(root, 0, length, signal)) {
    whole.set(piece, at)
    at += piece.length
  }
  if (at === length) return whole
  const url = node.connection.shownUrl
  throw new UnavailableError(`${url} cut ${root} after ${at} of ${length} bytes`, { url, reference: root })
}

function referencesIn(root: Uint8Array): Reference[] {
  const payload = chunkPayload(root)
  return Array.from({ length: payload.length / REFERENCE_BYTES }, (_, i) =>
    referenceFromBytes(payload.subarray(i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES)),
  )
}
