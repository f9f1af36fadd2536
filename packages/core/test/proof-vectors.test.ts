import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  type LogHash,
  PROOF_REASONS,
  type Reference,
  verifyEntryProof,
  verifyFileProof,
} from '../src/index.ts'
import { refusalOf } from './proof-model.ts'

interface Asked {
  readonly name: string
  readonly head: Reference
  readonly log: LogHash
  readonly seq: number
  readonly proof: string
}

interface Vectors {
  readonly entries: readonly (Asked & {
    readonly entry: { timestamp: number; id: string; data?: string; reference?: string; length?: number }
  })[]
  readonly refused: readonly (Asked & { readonly refused: string })[]
  readonly files: readonly {
    root: Reference
    length: number
    from: number
    to: number
    proof: string
    data: string
  }[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../test/vectors/proof-v1.json', import.meta.url), 'utf8'),
) as Vectors
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex')

test('the proofs of entries hold, and give the entries', () => {
  for (const { name, head, log, seq, proof, entry } of vectors.entries) {
    const { content, ...rest } = verifyEntryProof(head, log, seq, bytes(proof))
    const got = { ...rest, ...(content.kind === 'embedded' ? { data: hex(content.data) } : content) }
    const want = entry.data === undefined ? { kind: 'reference', ...entry } : entry
    assert.deepEqual(got, { seq, ...want }, name)
  }
})

test('the proofs that do not hold are refused for their reason', () => {
  for (const { name, head, log, seq, proof, refused } of vectors.refused) {
    assert.equal(refusalOf(head, log, seq, bytes(proof)), refused, name)
  }
})

test('each reason to refuse the proof of an entry has a vector', () => {
  const reasons = new Set(vectors.refused.map(({ refused }) => refused))
  const missing = PROOF_REASONS.filter(reason => !reasons.has(reason))
  assert.deepEqual(missing, ['WrongRoot'])
})

test('the proofs of bytes of files hold, and give the bytes', () => {
  for (const { root, length, from, to, proof, data } of vectors.files) {
    assert.equal(hex(verifyFileProof(root, length, from, to, bytes(proof))), data)
  }
})
