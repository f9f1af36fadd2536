import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DirectoryBuilder,
  encodeDirectoryEdge,
  encodeHistoryEdge,
  FileSplitter,
  HistoryBuilder,
  makeChunk,
  parseReference,
} from '@remote-log/core'
import { ROOT } from './workspace.ts'

/** Writes test/vectors/tree-v1.json: addresses of chunks, roots of files, histories and directories, and edges. */
const TARGET = join(ROOT, 'test/vectors/tree-v1.json')
const RULES = {
  payload: 'SHA-256("<seed>:0") || SHA-256("<seed>:1") || ... cut at length bytes; seed and counter in UTF-8',
  page: 'the reference of page i is SHA-256("page <i>:0"): the tree over it is what counts',
  directory: 'page i has firstSeq 15 * i and time 1700000000000 + 900000 * i, but page 0 has time 0',
  edge: 'pages (uint64, big endian) || references or records, level 0 first; hex',
}

function payload(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${seed}:${i}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

const page = (i: number) => parseReference(Buffer.from(payload(`page ${i}`, 32)).toString('hex'))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function fileRoot(seed: string, length: number): string {
  const splitter = new FileSplitter()
  splitter.push(payload(seed, length))
  return splitter.finish().root
}

function history(pages: number): HistoryBuilder {
  const builder = new HistoryBuilder()
  for (let i = 0; i < pages; i++) builder.append(page(i))
  return builder
}

function directory(pages: number): DirectoryBuilder {
  const builder = new DirectoryBuilder()
  for (let i = 0; i < pages; i++) {
    builder.append({
      reference: page(i),
      firstSeq: 15 * i,
      time: i === 0 ? 0 : 1_700_000_000_000 + 900_000 * i,
    })
  }
  return builder
}

const CHUNKS = [
  [0, 0],
  [1, 1],
  [32, 32],
  [33, 33],
  [4095, 4095],
  [4096, 4096],
  [64, 8192],
  [4096, 2 ** 53 - 1],
] as const
const LENGTHS = [0, 1, 4096, 4097, 8192, 524_287, 524_288, 524_289, 528_384, 528_385, 1_048_576, 1_048_577]
const PAGES = [1, 2, 3, 127, 128, 129, 130, 255, 256, 257, 300, 16_383, 16_384, 16_385, 16_513]
const LISTED = [1, 2, 84, 85, 86, 170, 171, 7224, 7225, 7226, 7311]

const vectors = {
  rules: RULES,
  chunks: CHUNKS.map(([length, span]) => ({
    seed: 'chunk',
    length,
    span,
    reference: makeChunk(payload('chunk', length), span).reference,
  })),
  files: LENGTHS.map(length => ({ seed: 'file', length, root: fileRoot('file', length) })),
  histories: PAGES.map(pages => ({ pages, root: history(pages).root().reference })),
  directories: LISTED.map(pages => ({ pages, root: directory(pages).root().reference })),
  historyEdges: [0, 130, 16_513].map(pages => ({
    pages,
    edge: hex(encodeHistoryEdge(history(pages).edge())),
  })),
  directoryEdges: [0, 87, 7226].map(pages => ({
    pages,
    edge: hex(encodeDirectoryEdge(directory(pages).edge())),
  })),
}
const fresh = `${JSON.stringify(vectors, undefined, 2)}\n`

if (process.argv.includes('--check')) {
  if (!existsSync(TARGET) || readFileSync(TARGET, 'utf8') !== fresh) {
    console.error(
      'test/vectors/tree-v1.json is not what the trees give now; a change of the format is a new version',
    )
    process.exitCode = 1
  }
} else {
  writeFileSync(TARGET, fresh)
}
