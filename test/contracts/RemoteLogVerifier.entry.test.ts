import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BASE,
  chainOfPages,
  embedded,
  ForgedLog,
  headOf,
  LOG,
  manyEntries,
} from '../../packages/core/test/proof-model.ts'
import { answer, bytes, deployVerifier, PAGE_RULES, type Question, VECTORS } from './proofs/world.ts'

const hex = (data: Uint8Array) => `0x${Buffer.from(data).toString('hex')}`
const vector = (name: string) => {
  const found = [...VECTORS.entries, ...VECTORS.refused].find(candidate => candidate.name === name)
  assert.ok(found, `no vector ${name}`)
  return found
}

/** What the verifier says of a vector. */
async function ask(name: string, change: Partial<Question> = {}): Promise<unknown> {
  const { verifier } = await deployVerifier()
  return await answer(verifier, { ...vector(name), ...change })
}

/** The error of a vector, of which the arguments given are checked. */
async function refused(name: string, ...want: readonly unknown[]): Promise<void> {
  const got = await ask(name)
  assert.ok(Array.isArray(got), `${name} is not refused`)
  assert.deepEqual(
    got.slice(0, want.length).map((value, i) => (want[i] === undefined ? undefined : value)),
    want,
    name,
  )
}

/** The entry of a vector. */
async function given(name: string): Promise<void> {
  const { entry } = VECTORS.entries.find(candidate => candidate.name === name)!
  assert.deepEqual(await ask(name), entry, name)
}

const truth = new ForgedLog(
  chainOfPages([...manyEntries(12, 300)], 3),
  headOf({ firstSeq: 12, baseTimestamp: BASE + 720_000 }, [embedded('open', 40, BASE)]),
)
const [HEAD, LOG_HASH] = [bytes(truth.head), bytes(LOG)]
const lengthOf = (name: string) => BigInt(vector(name).proof.length / 2)

describe('entryAt', () => {
  describe('when no log can have the seq', () => {
    it('should revert with NoSuchEntry', async () => {
      await refused('of a seq above 2^53-1', 'NoSuchEntry', 2n ** 53n, 2n ** 53n)
    })
  })

  describe('when the proof ends too early', () => {
    it('should revert with ProofTooShort', async () => {
      await refused('no bytes', 'ProofTooShort', 2n, 0n)
      await refused('cut off', 'ProofTooShort', lengthOf('cut off') + 1n, lengthOf('cut off'))
      await refused('cut off in the head page', 'ProofTooShort', undefined, 100n)
    })
  })

  describe('when the proof goes on', () => {
    it('should revert with ProofTooLong', async () => {
      for (const name of ['a byte too many', 'a byte too many behind the head page']) {
        await refused(name, 'ProofTooLong', lengthOf(name) - 1n, lengthOf(name))
      }
    })
  })

  describe('when the head page is longer than a chunk', () => {
    it('should revert with SpanTooLong', async () => {
      await refused('a head page of 4,097 bytes', 'SpanTooLong', 4097n)
    })
  })

  describe('when no segments are named, or some behind the end of the page', () => {
    it('should revert with SegmentsOutOfRange', async () => {
      await refused('no segment', 'SegmentsOutOfRange', 0n, BigInt(Math.ceil(truth.headPage.length / 32)))
      await refused('a head page of one byte', 'SegmentsOutOfRange', 0b11111n, 1n)
    })
  })

  describe('when the head page goes on behind its end', () => {
    it('should revert with PaddingNotZero', async () => {
      await refused(
        'a head page that goes on behind its span',
        'PaddingNotZero',
        BigInt(truth.headPage.length),
      )
    })
  })

  describe('when the proof leads to another head', () => {
    it('should revert with WrongHead', async () => {
      await refused('of another head', 'WrongHead', bytes('ee'.repeat(32)), HEAD)
      await refused('of no head', 'WrongHead', bytes('00'.repeat(32)), HEAD)
    })
  })

  describe('when the head page names another log', () => {
    it('should revert with WrongLog', async () => {
      await refused('of another log', 'WrongLog', HEAD, bytes('ac'.repeat(32)), LOG_HASH)
    })
  })

  describe('when the head page breaks a rule', () => {
    it('should revert with MalformedPage', async () => {
      const broken = VECTORS.refused.filter(({ name }) => name.startsWith('head page: '))
      assert.ok(broken.length > 5)
      for (const { name, head, refused: reason } of broken) {
        if (reason === 'NoSuchEntry') await refused(name, reason)
        else await refused(name, 'MalformedPage', bytes(head), BigInt(PAGE_RULES.indexOf(reason as never)))
      }
    })
  })

  describe('given the entry is in the head page', () => {
    describe('when the page ends before it', () => {
      it('should revert with NoSuchEntry', async () => {
        await refused('of no seq', 'NoSuchEntry', 13n, 13n)
      })
    })

    describe('when a segment is missing', () => {
      it('should revert with SegmentsMissing', async () => {
        const { verifier } = await deployVerifier()
        const proof = hex(truth.proof(12, undefined, { head: new Set([0, 1, 2, 3, 4]) })).slice(2)
        const got = await answer(verifier, { head: truth.head, log: LOG, seq: 12, proof })
        assert.deepEqual(got, ['SegmentsMissing', HEAD, 0b100000n])
      })
    })

    describe('when a segment is not read', () => {
      it('should revert with SegmentsNotRead', async () => {
        const name = 'sealed and open pages: 29'
        const { verifier } = await deployVerifier()
        const last = await answer(verifier, { ...vector(name), seq: 28 })
        assert.deepEqual((last as unknown[])[0], 'SegmentsNotRead')
      })
    })

    describe('when the payload is embedded', () => {
      it('should give it with its default id', () => given('open first page: 0'))
      it('should give it with an id of its own', () => given('open first page: 2'))
      it('should give it where it is empty', () => given('open first page: 3'))
    })

    describe('when the payload is by reference', () => {
      it('should give where it is', () => given('open first page: 1'))
    })
  })

  describe('given the entry is in a sealed page', () => {
    describe('when the page is not sealed', () => {
      it('should revert with PageOutOfLog', async () => {
        await refused('a page that is not sealed', 'PageOutOfLog', 4n, 4n)
      })
    })

    describe('when the page is not that of the history', () => {
      it('should revert with WrongHistory', async () => {
        await refused('another place in the history', 'WrongHistory', bytes(truth.history))
        await refused('another history', 'WrongHistory', bytes(truth.history))
      })
    })

    describe('when the nodes are not those of the directory', () => {
      it('should revert with WrongDirectory', async () => {
        await refused('another directory', 'WrongDirectory', bytes(truth.directory))
      })
    })

    describe('when the directory leads elsewhere', () => {
      it('should revert with WrongPage', async () => {
        await refused('of a seq of another page', 'WrongPage', 6n, 1n, 0n, 6n)
        await refused('another page than the directory leads to', 'WrongPage', 4n, 2n, 0n, 6n)
      })
    })

    describe('when a record describes the page wrongly, or names another', () => {
      it('should revert with DirectoryLies', async () => {
        await refused('a record with another first seq', 'DirectoryLies', 1n, 0n, 2n)
        await refused('a record with another time', 'DirectoryLies', 1n, 0n, 3n)
        await refused('a record of another page', 'DirectoryLies', 1n, 0n, 3n)
      })
    })

    describe('when records are out of order', () => {
      it('should revert with DirectoryLies', async () => {
        await refused('records with seqs out of order', 'DirectoryLies', 0n, 0n, 6n)
        await refused('records with times out of order', 'DirectoryLies', 1n, 0n, 6n)
      })
    })

    describe('when a node does not begin as the record above it says', () => {
      it('should revert with DirectoryLies', async () => {
        await refused(
          'a node that begins elsewhere than the record above says',
          'DirectoryLies',
          85n,
          0n,
          85n,
        )
      })
    })

    describe('when the page describes itself otherwise than the directory', () => {
      it('should revert with DirectoryLies', async () => {
        await refused('a first page that starts at seq 1 in the directory', 'DirectoryLies', 0n, 0n, 1n)
      })
    })

    describe('when the page names another log', () => {
      it('should revert with WrongLog', async () => {
        await refused('a page of another log', 'WrongLog', undefined, LOG_HASH, bytes('ac'.repeat(32)))
      })
    })

    describe('when the page breaks a rule before the entry ends', () => {
      it('should revert with MalformedPage', async () => {
        const broken = VECTORS.refused.filter(({ name }) => name.startsWith('sealed page: '))
        assert.ok(broken.length > 40)
        for (const { name, refused: reason } of broken) {
          const [error] = (await ask(name)) as unknown[]
          const other = ['WrongLog', 'WrongHistory', 'NoSuchEntry'].includes(reason)
          assert.equal(error, other ? reason : 'MalformedPage', name)
        }
      })
    })

    describe('when the page breaks a rule behind the entry', () => {
      it('should give the entry', async () => {
        const chain = chainOfPages([...manyEntries(3, 300)], 3)
        const page = chain[0]!.slice()
        page[4095] = 1
        const log = new ForgedLog([page], headOf({ firstSeq: 3, baseTimestamp: BASE + 180_000 }))
        const { verifier } = await deployVerifier()
        const proof = hex(log.proof(2, 0)).slice(2)
        const got = await answer(verifier, { head: log.head, log: LOG, seq: 2, proof })
        assert.ok(!Array.isArray(got))
        assert.equal(got.timestamp, BASE + 180_000)
      })
    })

    describe('when the page ends before the entry', () => {
      it('should revert with NoSuchEntry', async () => {
        await refused('a page that ends before the next begins', 'NoSuchEntry', 9n, 9n)
      })
    })

    describe('when segments are missing', () => {
      it('should revert with SegmentsMissing', async () => {
        await refused('one segment of the page', 'SegmentsMissing', undefined, 0b110n)
        await refused('of a later seq of the page', 'SegmentsMissing')
        await refused('a segment too few of the head page', 'SegmentsMissing', HEAD, 0b100n)
      })
    })

    describe('when segments are not read', () => {
      it('should revert with SegmentsNotRead', async () => {
        await refused('all segments of the page', 'SegmentsNotRead')
        await refused('a segment too many of the head page', 'SegmentsNotRead', HEAD, 0b100000n)
      })
    })

    describe('when all is right', () => {
      it('should give the entry', async () => {
        for (const { name } of VECTORS.entries) await given(name)
      })
    })
  })
})
