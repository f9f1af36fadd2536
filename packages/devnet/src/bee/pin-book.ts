import { pinKey, pinsPrefix } from './record-keys.ts'
import type { Store } from './store.ts'

/** The roots that a node has pinned. */
export class PinBook {
  readonly #store: Store
  readonly #node: number
  readonly #roots = new Set<string>()

  private constructor(store: Store, node: number) {
    this.#store = store
    this.#node = node
  }

  static async open(store: Store, node: number): Promise<PinBook> {
    const book = new PinBook(store, node)
    for await (const [key] of store.entries(pinsPrefix(node)))
      book.#roots.add(key.subarray(2).toString('hex'))
    return book
  }

  has(root: Buffer): boolean {
    return this.#roots.has(root.toString('hex'))
  }

  all(): string[] {
    return [...this.#roots].sort()
  }

  async add(root: Buffer): Promise<void> {
    this.#roots.add(root.toString('hex'))
    await this.#store.write([{ key: pinKey(this.#node, root), value: new Uint8Array() }])
  }

  async delete(root: Buffer): Promise<void> {
    this.#roots.delete(root.toString('hex'))
    await this.#store.write([{ key: pinKey(this.#node, root), value: undefined }])
  }
}
