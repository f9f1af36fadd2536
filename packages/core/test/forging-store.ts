import { MemoryContentStore } from '../src/index.ts'

type Forge = (from: number, length: number) => Uint8Array

/** A store whose backend answers ranges with what a test likes. */
export class ForgingStore extends MemoryContentStore {
  #forge: Forge | undefined

  forge(answer: Forge): void {
    this.#forge = answer
  }

  protected override range(...[root, from, length, signal]: Parameters<MemoryContentStore['range']>) {
    const bytes = this.#forge?.(from, length)
    return bytes ? pieces(bytes) : super.range(root, from, length, signal)
  }
}

async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000)
}
