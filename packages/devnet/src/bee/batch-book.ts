import { BatchIssuer } from './batch-issuer.ts'
import { Refusal } from './http/refusal.ts'
import type { Identity } from './identity.ts'
import { fromRecord, toRecord } from './json-record.ts'
import type { Network } from './network.ts'
import { type Batch, MINIMUM_VALIDITY_BLOCKS } from './postage-chain.ts'
import { metaKey } from './record-keys.ts'
import type { SignedStamp } from './stamp.ts'
import { stampSigner } from './stamp.ts'
import { overissued, type Stamper } from './upload-session.ts'

/** PLUR that a new node's wallet holds, as at the start of the recordings. */
const FIRST_BALANCE = 10n ** 21n
/** What Bee calls a batch of its own that it saw on the chain and did not buy itself (`pkg/postage/service.go`). */
const RECOVERED = 'recovered'

/** The batches that a node owns: buying, changing, issuing. */
export class BatchBook {
  readonly #network: Network
  readonly #identity: Identity
  readonly #node: number
  readonly #issuers = new Map<string, BatchIssuer>()
  #balance: bigint

  private constructor(network: Network, identity: Identity, node: number) {
    this.#network = network
    this.#identity = identity
    this.#node = node
    const saved = network.store.get(metaKey(`balance ${node}`))
    this.#balance = saved ? BigInt(fromRecord<string>(saved)) : FIRST_BALANCE
  }

  static async open(network: Network, identity: Identity, node: number): Promise<BatchBook> {
    const book = new BatchBook(network, identity, node)
    for (const batch of network.chain.batches()) {
      if (batch.owner.equals(identity.address)) await book.#adopt(batch)
    }
    network.chain.onCreated(async batch => {
      if (!batch.owner.equals(identity.address)) return
      await book.#adopt(batch)
      await book.relabel(batch.id, RECOVERED)
    })
    return book
  }

  /** PLUR in the node's wallet. */
  get balance(): bigint {
    return this.#balance
  }

  /** Batches of this node that have not expired. */
  own(): { batch: Batch; issuer: BatchIssuer; label: string }[] {
    return this.#network.chain.batches().flatMap(batch => {
      const issuer = this.#issuers.get(batch.id.toString('hex'))
      return issuer ? [{ batch, issuer, label: this.#label(batch.id) }] : []
    })
  }

  /** A batch of this node that can be looked at. @throws Refusal 400, 404 */
  ownUsable(id: Buffer): { batch: Batch; issuer: BatchIssuer; label: string } {
    const found = this.own().find(({ batch }) => batch.id.equals(id))
    if (!found) throw new Refusal(404, 'issuer does not exist')
    if (!this.#network.chain.usable(found.batch)) throw new Refusal(400, 'batch not usable')
    return found
  }

  /** Puts a batch on the chain without anybody paying. `start` in the past makes it usable at once. */
  async grant(
    wish: Pick<Batch, 'depth' | 'immutable' | 'amount'> & { owner?: Buffer; start?: number; label?: string },
  ): Promise<Batch> {
    const { label, owner = this.#identity.address, ...rest } = wish
    const batch = await this.#network.chain.create({ ...rest, owner })
    if (owner.equals(this.#identity.address)) {
      await this.#adopt(batch)
      await this.relabel(batch.id, label ?? '')
    }
    return batch
  }

  /** @throws Refusal 400 */
  async buy(wish: Pick<Batch, 'depth' | 'immutable' | 'amount'> & { label: string }): Promise<Batch> {
    if (wish.amount <= this.#network.chain.price * BigInt(MINIMUM_VALIDITY_BLOCKS)) {
      throw new Refusal(400, 'insufficient amount for 24h minimum validity')
    }
    const cost = wish.amount << BigInt(wish.depth)
    if (cost > this.#balance) throw new Refusal(400, 'out of funds')
    await this.#pay(cost)
    return this.grant(wish)
  }

  /** Anybody's batch may be topped up. @throws Refusal 402, 500 */
  async topUp(id: Buffer, amount: bigint): Promise<void> {
    const batch = this.#network.chain.batch(id)
    if (!batch || amount <= 0n) throw new Refusal(500, 'cannot topup batch')
    const cost = amount << BigInt(batch.depth)
    if (cost > this.#balance) throw new Refusal(402, 'out of funds')
    await this.#pay(cost)
    await this.#network.chain.topUp(batch, amount)
  }

  /** @throws Refusal 500 */
  async dilute(id: Buffer, depth: number): Promise<void> {
    const { chain } = this.#network
    const batch = chain.batch(id)
    const minimum = chain.price * BigInt(MINIMUM_VALIDITY_BLOCKS)
    if (
      !batch?.owner.equals(this.#identity.address) ||
      depth <= batch.depth ||
      chain.leftAfterDilution(batch, depth) < minimum
    ) {
      throw new Refusal(500, 'cannot dilute batch')
    }
    await chain.dilute(batch, depth)
  }

  async relabel(id: Buffer, label: string): Promise<void> {
    await this.#network.store.write([{ key: labelKey(id), value: toRecord(label) }])
  }

  /** Stamps chunks with a batch of this node. @throws Refusal 402 (by the stamper), 404, 422 */
  stamper(id: Buffer): Stamper {
    const issuer = this.#issuers.get(id.toString('hex'))
    if (!issuer) throw new Refusal(404, 'batch with id not found')
    const found = this.#network.chain.batch(id)
    if (!found || !this.#network.chain.usable(found)) {
      throw new Refusal(422, 'batch not usable yet or does not exist')
    }
    return chunk => {
      const issued = issuer.issue(found, chunk)
      if (!issued) throw overissued()
      return issued
    }
  }

  /** Checks a stamp that the client made: like Bee's own node, the signature alone. @throws Refusal 400 */
  presigned(stamp: SignedStamp): Stamper {
    const batch = this.#network.chain.batch(stamp.batch)
    if (!batch) throw new Refusal(400, 'invalid batch id')
    return chunk => {
      if (!stampSigner(chunk.address, stamp)?.equals(batch.owner)) {
        throw new Refusal(400, 'stamp signature is invalid')
      }
      return { stamp, writes: [] }
    }
  }

  async #adopt(batch: Batch): Promise<void> {
    const issuer = await BatchIssuer.open(this.#network.store, this.#network.clock, batch.id)
    this.#issuers.set(batch.id.toString('hex'), issuer)
  }

  async #pay(cost: bigint): Promise<void> {
    this.#balance -= cost
    await this.#network.store.write([
      { key: metaKey(`balance ${this.#node}`), value: toRecord(this.#balance.toString()) },
    ])
  }

  #label(id: Buffer): string {
    const saved = this.#network.store.get(labelKey(id))
    return saved ? fromRecord<string>(saved) : ''
  }
}

function labelKey(id: Buffer): Buffer {
  return metaKey(`label ${id.toString('hex')}`)
}
