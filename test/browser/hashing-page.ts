// What hashing.test.ts runs inside a browser.
import { MerkleTree } from '@ethersphere/bee-js'
import {
  createBlockHasher,
  jsBlockHasher,
  wasmBlockHasher,
} from '../../packages/core/src/bmt/block-hasher.ts'
import { bmtWith } from '../../packages/core/src/bmt/bmt.ts'
import { bytesToHex, FileSplitter, makeChunk } from '../../packages/core/src/index.ts'

/** The addresses of a chunk with this payload, by every implementation there is. */
export async function addresses(payload: number[]): Promise<Record<string, string>> {
  const bytes = Uint8Array.from(payload)
  const span = makeChunk(bytes).bytes.subarray(0, 8)
  return {
    wasm: bytesToHex(bmtWith(wasmBlockHasher())(span, bytes)),
    javascript: bytesToHex(bmtWith(jsBlockHasher())(span, bytes)),
    chosen: makeChunk(bytes).reference,
    beeJs: bytesToHex((await MerkleTree.root(bytes)).hash()),
  }
}

/** Whether WebAssembly may be used here, and the address that comes out either way. */
export function chosen(payload: number[]): { wasm: boolean; address: string } {
  const bytes = Uint8Array.from(payload)
  const span = makeChunk(bytes).bytes.subarray(0, 8)
  let wasm = true
  try {
    wasmBlockHasher()
  } catch {
    wasm = false
  }
  return { wasm, address: bytesToHex(bmtWith(createBlockHasher())(span, bytes)) }
}

/** Milliseconds for the root of a file of so many bytes, ours and bee-js's: the fastest of three rounds. */
export async function timeRoots(size: number): Promise<{ ours: number; beeJs: number; same: boolean }> {
  const data = new Uint8Array(size).map((_, i) => (i * 31 + (i >> 12)) & 255)
  let [ours, beeJs, a, b] = [Infinity, Infinity, '', '']
  for (let round = 0; round < 3; round++) {
    let from = performance.now()
    const splitter = new FileSplitter()
    splitter.push(data)
    a = splitter.finish().root
    ours = Math.min(ours, performance.now() - from)
    from = performance.now()
    b = bytesToHex((await MerkleTree.root(data)).hash())
    beeJs = Math.min(beeJs, performance.now() - from)
  }
  return { ours, beeJs, same: a === b }
}
