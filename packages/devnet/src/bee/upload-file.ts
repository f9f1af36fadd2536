import { FileSplitter } from '@remote-log/core'
import { FileWriter } from './file-writer.ts'
import type { SwarmChunk } from './swarm-chunk.ts'
import type { Level } from './tree-shape.ts'

/** Bee 2.8.1 takes a missing redundancy level as this one. */
export const DEFAULT_LEVEL: Level = 1

export interface FileOptions {
  readonly level: Level
  readonly encrypt: boolean
}

/** Splits a file and puts its chunks. @returns its reference: 32 bytes, or 64 where it is encrypted */
export async function uploadFile(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { level, encrypt }: FileOptions,
  put: (chunk: SwarmChunk) => Promise<void>,
): Promise<Buffer> {
  if (level > 0 || encrypt) {
    const writer = new FileWriter({ level, encrypt, put })
    for await (const piece of pieces) await writer.write(piece)
    return writer.finish()
  }
  const splitter = new FileSplitter()
  const take = async (chunks: Iterable<{ reference: string; bytes: Uint8Array }>) => {
    for (const { reference, bytes } of chunks) await put({ address: Buffer.from(reference, 'hex'), bytes })
  }
  for await (const piece of pieces) await take(splitter.push(piece))
  const file = splitter.finish()
  await take(file.chunks)
  return Buffer.from(file.root, 'hex')
}
