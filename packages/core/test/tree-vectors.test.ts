import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  DirectoryBuilder,
  decodeDirectoryEdge,
  decodeHistoryEdge,
  encodeDirectoryEdge,
  encodeHistoryEdge,
  FileSplitter,
  HistoryBuilder,
  makeChunk,
} from '../src/index.ts'
import { naiveDirectoryRoot, naiveFileRoot, seededBytes, seededReference } from './tree-model.ts'

interface Vectors {
  chunks: { seed: string; length: number; span: number; reference: string }[]
  files: { seed: string; length: number; root: string }[]
  histories: { pages: number; root: string }[]
  directories: { pages: number; root: string }[]
  historyEdges: { pages: number; edge: string }[]
  directoryEdges: { pages: number; edge: string }[]
}

const path = new URL('../../../test/vectors/tree-v1.json', import.meta.url)
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors
const pages = Array.from({ length: 16_513 }, (_, i) => seededReference(`page ${i}`))
const records = pages.slice(0, 7311).map((reference, i) => ({
  reference,
  firstSeq: 15 * i,
  time: i === 0 ? 0 : 1_700_000_000_000 + 900_000 * i,
}))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('chunks have the addresses of the vectors', () => {
  for (const { seed, length, span, reference } of vectors.chunks) {
    assert.equal(makeChunk(seededBytes(seed, length), span).reference, reference, `${length} bytes`)
  }
})

test('files have the roots of the vectors', () => {
  for (const { seed, length, root } of vectors.files) {
    const splitter = new FileSplitter()
    splitter.push(seededBytes(seed, length))
    assert.equal(splitter.finish().root, root, `${length} bytes`)
  }
})

test('histories have the roots and edges of the vectors, and so has the plainest tree', () => {
  const builder = new HistoryBuilder()
  const goOnTo = (count: number): HistoryBuilder => {
    for (const page of pages.slice(builder.pages, count)) builder.append(page)
    return builder
  }
  for (const { pages: count, root } of vectors.histories) {
    assert.equal(goOnTo(count).root().reference, root, `${count} pages`)
    assert.equal(naiveFileRoot(pages.slice(0, count)), root)
  }
  for (const { pages: count, edge } of vectors.historyEdges) {
    const at = new HistoryBuilder()
    for (const page of pages.slice(0, count)) at.append(page)
    assert.equal(hex(encodeHistoryEdge(at.edge())), edge, `${count} pages`)
    assert.deepEqual(decodeHistoryEdge(Buffer.from(edge, 'hex')), at.edge())
  }
})

test('directories have the roots and edges of the vectors, and so has the plainest tree', () => {
  for (const { pages: count, root } of vectors.directories) {
    const builder = new DirectoryBuilder()
    for (const record of records.slice(0, count)) builder.append(record)
    assert.equal(builder.root().reference, root, `${count} pages`)
    assert.equal(naiveDirectoryRoot(records.slice(0, count)), root)
  }
  for (const { pages: count, edge } of vectors.directoryEdges) {
    const builder = new DirectoryBuilder()
    for (const record of records.slice(0, count)) builder.append(record)
    assert.equal(hex(encodeDirectoryEdge(builder.edge())), edge, `${count} pages`)
    assert.deepEqual(decodeDirectoryEdge(Buffer.from(edge, 'hex')), builder.edge())
  }
})
