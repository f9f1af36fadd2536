import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Entry, RemoteLogError, verifyEntryProof, verifyFileProof } from '@remote-log/core'
import fc from 'fast-check'
import { anyEntry } from '../../packages/core/test/page-model.ts'
import {
  chainOfPages,
  ForgedLog,
  flipped,
  headOf,
  honestLog,
  LOG,
  manyEntries,
  prove,
  proveBytes,
  storedFile,
} from '../../packages/core/test/proof-model.ts'
import type { RemoteLogVerifier } from '../../packages/ethereum/src/generated/RemoteLogVerifier.ts'
import {
  answer,
  bytes,
  deployVerifier,
  type EntryVector,
  errorOf,
  type Question,
  reasonOf,
} from './proofs/world.ts'

const SEED = 20261123
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex')

/** What TypeScript says of the question: the entry, or the reason why it is refused. */
function expected({ head, log, seq, proof }: Omit<Question, 'name'>): EntryVector | string {
  const bytes = Buffer.from(proof, 'hex')
  return reasonOrValue(() => vectorOf(verifyEntryProof(head as never, log as never, seq, bytes)))
}

/** A value, or the reason why there is none. */
function reasonOrValue<T>(work: () => T): T | string {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RemoteLogError)) throw error
    return String(error.details.reason ?? error.details.rule)
  }
}

function vectorOf({ timestamp, id, content }: Entry): EntryVector {
  const own = content.kind === 'embedded' ? { data: hex(content.data) } : content
  const { kind: _, ...rest } = { kind: '', ...own }
  return { timestamp, id, ...rest }
}

async function compare(verifier: RemoteLogVerifier, question: Omit<Question, 'name'>): Promise<boolean> {
  const want = expected(question)
  const got = await answer(verifier, question)
  assert.deepEqual(Array.isArray(got) ? reasonOf(got) : got, want)
  return typeof want !== 'string'
}

describe('Solidity and TypeScript', () => {
  it('say the same of any entry of any log', async () => {
    const { verifier } = await deployVerifier()
    const anyLog = fc.array(anyEntry, { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(anyLog, fc.nat(), fc.boolean(), async (entries, pick, linked) => {
        const log = honestLog(entries, linked)
        const seq = pick % entries.length
        const proof = hex(prove(log, seq).bytes)
        assert.ok(await compare(verifier, { ...log, seq, proof }))
      }),
      { seed: SEED, numRuns: 80 },
    )
  })

  it('say the same of a proof that was changed, cut off, prolonged or taken for another seq', async () => {
    const { verifier } = await deployVerifier()
    const log = honestLog(manyEntries(60, 100))
    const proofs = Array.from({ length: 60 }, (_, seq) => prove(log, seq).bytes)
    const anyChange = fc.record({
      seq: fc.nat(59),
      other: fc.nat(61),
      bits: fc.array(fc.nat(), { maxLength: 2 }),
      cut: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -40, max: 40 }) },
      ),
    })
    await fc.assert(
      fc.asyncProperty(anyChange, async ({ seq, other, bits, cut }) => {
        const proof = bits.reduce((bytes, bit) => flipped(bytes, bit % (8 * bytes.length)), proofs[seq]!)
        const length = proof.length - cut
        const changed = Uint8Array.from({ length }, (_, i) => proof[i] ?? 0)
        await compare(verifier, { ...log, seq: bits.length === 0 ? other : seq, proof: hex(changed) })
      }),
      { seed: SEED, numRuns: 250 },
    )
  })

  it('say the same of pages of which any byte was changed', async () => {
    const { verifier } = await deployVerifier()
    const chain = chainOfPages([...manyEntries(9, 300)], 3)
    const page = chain[2]!
    const head = headOf({ firstSeq: 9, baseTimestamp: 2_000_000_000_000 })
    const interesting = [
      ...Array(110).keys(),
      400,
      401,
      402,
      403,
      404,
      405,
      406,
      407,
      408,
      409,
      410,
      411,
      412,
    ]
    const anyChange = fc.tuple(fc.constantFrom(...interesting), fc.integer({ min: 1, max: 255 }), fc.nat(2))
    let held = 0
    await fc.assert(
      fc.asyncProperty(anyChange, async ([offset, change, entry]) => {
        const bent = page.slice()
        bent[offset]! ^= change
        const log = new ForgedLog([chain[0]!, chain[1]!, bent], head)
        const seq = 6 + entry
        if (await compare(verifier, { head: log.head, log: LOG, seq, proof: hex(log.proof(seq, 2)) })) held++
      }),
      { seed: SEED, numRuns: 250 },
    )
    assert.ok(held > 20, `${held} of them hold`)
  })

  it('say the same of any bytes of any file, and of proofs of them that were changed', async () => {
    const { verifier } = await deployVerifier()
    const files = [1, 33, 4096, 4097, 9000, 4096 * 128 + 1, 4096 * 129 + 40].map(storedFile)
    const anyQuestion = fc.constantFrom(...files).chain(file =>
      fc.record({
        file: fc.constant(file),
        from: fc.nat(file.bytes.length - 1),
        size: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 6000 })),
        longer: fc.oneof(
          { weight: 3, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: -40, max: 40 }) },
        ),
        bits: fc.array(fc.nat(), { maxLength: 1 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(anyQuestion, async ({ file, from, size, longer, bits }) => {
        const { root } = file
        const to = Math.min(from + size, file.bytes.length)
        const length = Math.max(file.bytes.length + longer, to)
        const { bytes: proof } = proveBytes(file, from, to)
        const changed = bits.reduce((data, bit) => flipped(data, bit % (8 * data.length)), proof)
        const expected = reasonOrValue(() => hex(verifyFileProof(root, length, from, to, changed)))
        const got = await verifier
          .payload(bytes(root), length, from, to, changed)
          .then(data => data.slice(2))
          .catch((error: unknown) => errorOf(verifier, error)[0])
        assert.equal(got, expected)
      }),
      { seed: SEED, numRuns: 150 },
    )
  })
})
