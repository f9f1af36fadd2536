import assert from 'node:assert/strict'
import type { Devnet, FaultRequest } from '@remote-log/devnet'

/**
 * What must hold at each request of a writer, whenever it was killed before: the network has all of an upload before a
 * head is sent, and an upload that broke off is taken up again under its own tag.
 */
export class Watched {
  readonly #devnet: Devnet
  readonly #batch: string
  readonly #checks: Promise<void>[] = []
  /** Uploads that were begun although one had broken off. */
  #anew = 0
  /** Whether chunks went up since the last head was sent. */
  #uploading = false
  /** Whether the writer that runs has asked for no tag yet. */
  #fresh = false

  constructor(devnet: Devnet, batch: string) {
    this.#devnet = devnet
    this.#batch = batch
  }

  /** A writer is started. */
  begin(): void {
    this.#fresh = true
  }

  /** The node pushes nothing while chunks come, and goes on when somebody asks how far it is. */
  bee({ method, path }: FaultRequest): void {
    if (method === 'POST' && (path === '/chunks' || path === '/bytes')) {
      this.#uploading = true
      this.#devnet.bee.pauseSync()
    }
    if (!path.startsWith('/tags')) return
    if (this.#fresh && this.#uploading && method !== 'GET') this.#anew++
    this.#fresh = false
    if (method === 'GET') this.#devnet.bee.resumeSync()
  }

  /** A request is on its way to the chain. Returns whether it is a head. */
  rpc({ body }: FaultRequest): boolean {
    if (!body?.includes('eth_sendRawTransaction')) return false
    this.#uploading = false
    this.#checks.push(this.#checkNetwork())
    return true
  }

  async #checkNetwork(): Promise<void> {
    const { issued, occupants } = await this.#slots()
    assert.equal(occupants.length, issued, 'the network has every chunk before a head is sent')
  }

  /** All that was found, and that each slot that the node gave out has its chunk in the network, no chunk two. */
  async verify(): Promise<void> {
    this.#devnet.bee.resumeSync()
    await Promise.all(this.#checks)
    assert.equal(this.#anew, 0, 'an upload that broke off is taken up again')
    const { issued, occupants } = await this.#slots()
    assert.equal(new Set(occupants).size, issued, 'no chunk has two slots')
    assert.equal(occupants.length, issued, 'whatever was paid for is in the network')
  }

  /** Slots that the node gave out, and the chunks that are in them in the network. */
  async #slots(): Promise<{ issued: number; occupants: string[] }> {
    const { bee } = this.#devnet
    const answer = await fetch(`${bee.url}/stamps/${this.#batch}/buckets`)
    const { buckets } = (await answer.json()) as { buckets: { collisions: number }[] }
    const issued = buckets.reduce((sum, { collisions }) => sum + collisions, 0)
    const occupants: string[] = []
    const prefix = Buffer.concat([Buffer.from('s'), Buffer.from(this.#batch, 'hex')])
    for await (const [, value] of bee.network.store.entries(prefix))
      occupants.push(Buffer.from(value.subarray(8, 40)).toString('hex'))
    return { issued, occupants }
  }
}
