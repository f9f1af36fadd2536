import { Allowance } from './allowance.ts'
import { BatchBook } from './batch-book.ts'
import { Refusal } from './http/refusal.ts'
import { type Identity, identityOf } from './identity.ts'
import { Listeners } from './listeners.ts'
import type { Network, Peer } from './network.ts'
import { NodeChunks } from './node-chunks.ts'
import { PinBook } from './pin-book.ts'
import type { PoorBee } from './poor-bee.ts'
import { PushQueue } from './push-queue.ts'
import { type Tag, TagBook } from './tag-book.ts'
import { type Stamper, type UploadParts, UploadSession } from './upload-session.ts'

/** Everything that a node is made of, behind its HTTP routes. */
export interface BeeParts extends UploadParts {
  readonly identity: Identity
  readonly batches: BatchBook
  readonly pins: PinBook
  readonly peer: Peer
  readonly listeners: Listeners
}

/** Puts a node together and takes up what it left unfinished. @throws UNAVAILABLE, LOCAL_DAMAGED */
export async function openBee(
  network: Network,
  options: {
    readonly syncLagMs: number
    readonly pullSyncMs: number
    readonly poor: PoorBee | undefined
    readonly warn: (message: string) => void
  },
): Promise<BeeParts> {
  const number = network.nextNodeNumber()
  const identity = identityOf(number)
  const allowance = new Allowance(network.clock, options.poor)
  const chunks = new NodeChunks(network, number, options.pullSyncMs, allowance, () => peer)
  const listeners = new Listeners()
  let queue: PushQueue | undefined
  const peer: Peer = {
    number,
    overlay: identity.overlay,
    cached: address => (queue?.waits(address) ? undefined : chunks.local(address)),
    hear: (address, payload) => listeners.tell(address, payload),
  }
  network.join(peer)
  try {
    const tags = await TagBook.open(network.store, network.clock, number)
    queue = await PushQueue.open(network, { number, tags, allowance, chunks }, options.syncLagMs)
    const batches = await BatchBook.open(network, identity, number)
    const pins = await PinBook.open(network.store, number)
    return {
      number,
      network,
      identity,
      allowance,
      chunks,
      tags,
      queue,
      peer,
      batches,
      pins,
      listeners,
      warn: options.warn,
    }
  } catch (cause) {
    await network.leave(peer)
    throw cause
  }
}

/** Bee's rule for a session's tag: the one that is named, or a new one. @throws Refusal 404 */
export async function sessionTag(bee: BeeParts, uid: number | undefined): Promise<Tag> {
  if (!uid) return bee.tags.create()
  const tag = bee.tags.get(uid)
  if (!tag) throw new Refusal(404, 'tag not found')
  return tag
}

export function beginUpload(bee: BeeParts, stamper: Stamper, tag: Tag | undefined): UploadSession {
  return new UploadSession(bee, stamper, tag)
}
