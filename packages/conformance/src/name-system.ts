import {
  type Address,
  type LogKey,
  type NameSystem,
  type Publication,
  parseAddress,
  type Reference,
  ZERO_REFERENCE,
} from '@remote-log/core'
import { ability, expect, expectCode, expectSame } from './expectation.ts'
import { nameSystemOperations } from './name-system-operations.ts'
import { type Fixture, subjectTest, type TestRunner } from './runner.ts'
import { seededHead, seededTopic } from './seeded.ts'
import { type Disturbances, operationTraits, type TraitSupport } from './traits.ts'

/** A name system under test, and what its set-up can do to its backend. */
export interface NameSystemSubject extends Disturbances {
  /** Signs for `owner`. */
  readonly names: NameSystem
  readonly owner: Address
  /** Another client of the same backend that signs for the same owner: a second device. */
  readonly secondDevice?: NameSystem
  /** A client of the same backend without a signer. */
  readonly readOnly?: NameSystem
  /** Replaces the newest `blocks` blocks by others without their publications. */
  reorganise?(blocks: number): Promise<void> | void
}

/** The abilities that the set-up declares; each one declared is tested, and must be supplied by every subject. */
export interface NameSystemSupport extends TraitSupport {
  readonly secondDevice?: boolean
  readonly readOnly?: boolean
  readonly reorganise?: boolean
  /**
   * Heads are not of blocks: a statement may have a head that was published after its block. What a feed can't do better;
   * the rule is left out.
   */
  readonly aheadOfBlocks?: boolean
}

export interface NameSystemSuiteOptions<Subject extends NameSystemSubject> extends Fixture<Subject> {
  /** What is tested, for the report. */
  readonly name: string
  readonly supports?: NameSystemSupport
  /** Tells two runs against one backend apart, so that each finds its logs unpublished. */
  readonly seed?: string
}

const SOMEBODY_ELSE = parseAddress('0x00000000000000000000000000000000000a11ce')

/** The compliance suite of {@link NameSystem}: each rule that the interface states in prose is a test. */
export function nameSystemSuite<Subject extends NameSystemSubject>(
  runner: TestRunner,
  options: NameSystemSuiteOptions<Subject>,
): void {
  const { name, supports = {}, seed = '' } = options
  const test = subjectTest(runner, options)
  const key = (owner: Address, about: string): LogKey => ({ owner, topic: seededTopic(`${seed} ${about}`) })

  runner.describe(`${name} is a NameSystem`, () => {
    operationTraits(test, nameSystemOperations(key), supports)

    test('chainId is a positive integer and stays the same', async ({ names }) => {
      const id = await names.chainId()
      expect(Number.isSafeInteger(id) && id > 0, `chainId is ${id}`)
      expectSame(await names.chainId(), id, 'chainId, asked again')
    })

    test('a log that was never published has no head, at a block', async ({ names, owner }) => {
      const { head, block } = await names.head(key(owner, 'never'))
      expectSame(head, undefined, 'head')
      expect(Number.isSafeInteger(block.number) && block.number >= 0, `block number is ${block.number}`)
      expect(/^0x[0-9a-f]{64}$/.test(block.hash), `block hash is ${block.hash}`)
      expect(Number.isSafeInteger(block.timestamp) && block.timestamp >= 0, `timestamp is ${block.timestamp}`)
    })

    test('publish moves the head from none, and then from the one that stands', async ({ names, owner }) => {
      const log = key(owner, 'moves')
      let expected: Reference | undefined
      for (const about of ['first', 'second', 'third']) {
        const next = seededHead(about)
        const publication = await names.publish(log, expected, next)
        expectSame(publication.head, next, 'head of the publication')
        await expectHead(names, log, next, publication)
        expected = next
      }
    })

    test('publish from a head that does not stand is CONFLICT with the current head', async ({
      names,
      owner,
    }) => {
      const log = key(owner, 'conflict')
      const standing = seededHead('standing')
      await names.publish(log, undefined, standing)
      for (const expected of [undefined, seededHead('stale')]) {
        const error = await expectCode(
          names.publish(log, expected, seededHead('next')),
          'CONFLICT',
          'publish',
        )
        expectSame(error.details.current, standing, 'details.current')
      }
      expectSame((await names.head(log)).head, standing, 'head after the conflicts')
    })

    test('publish from some head where none stands is CONFLICT with the zero reference', async ({
      names,
      owner,
    }) => {
      const log = key(owner, 'conflict with none')
      const lost = names.publish(log, seededHead('stale'), seededHead('next'))
      const error = await expectCode(lost, 'CONFLICT', 'publish')
      expectSame(error.details.current, ZERO_REFERENCE, 'details.current')
      expectSame((await names.head(log)).head, undefined, 'head after the conflict')
    })

    test('an earlier head can be published again, from the one that stands', async ({ names, owner }) => {
      const log = key(owner, 'back')
      const [a, b] = [seededHead('a'), seededHead('b')]
      await names.publish(log, undefined, a)
      await names.publish(log, a, b)
      await names.publish(log, b, a)
      expectSame((await names.head(log)).head, a, 'head')
    })

    test('the zero reference is no head', async ({ names, owner }) => {
      const log = key(owner, 'zero')
      const refused = names.publish(log, undefined, ZERO_REFERENCE)
      await expectCode(refused, ['INVALID_ARGUMENT', 'REFUSED'], 'publish of the zero reference')
      expectSame((await names.head(log)).head, undefined, 'head')
    })

    test('logs of one owner do not touch each other', async ({ names, owner }) => {
      const [a, b] = [key(owner, 'log a'), key(owner, 'log b')]
      await names.publish(a, undefined, seededHead('head of a'))
      expectSame((await names.head(b)).head, undefined, 'head of b')
      await names.publish(b, undefined, seededHead('head of b'))
      expectSame((await names.head(a)).head, seededHead('head of a'), 'head of a')
    })

    test('the log of somebody else is READ_ONLY', async ({ names }) => {
      const log = key(SOMEBODY_ELSE, 'foreign')
      await expectCode(names.publish(log, undefined, seededHead('next')), 'READ_ONLY', 'publish')
      expectSame((await names.head(log)).head, undefined, 'head')
    })

    test('of concurrent movers from one head exactly one wins', async ({ names, owner, secondDevice }) => {
      const second = supports.secondDevice ? ability(secondDevice, 'secondDevice') : names
      const log = key(owner, 'race')
      const start = seededHead('start')
      await names.publish(log, undefined, start)
      const moves = [0, 1, 2, 3, 4].map(i => seededHead(`mover ${i}`))
      const outcomes = await Promise.allSettled(
        moves.map((next, i) => (i % 2 === 0 ? names : second).publish(log, start, next)),
      )
      const won = moves.filter((_, i) => outcomes[i]?.status === 'fulfilled')
      expectSame(won.length, 1, 'number of winners')
      expectSame((await names.head(log)).head, won[0], 'head')
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue
        const error = await expectCode(Promise.reject(outcome.reason), 'CONFLICT', 'a mover that lost')
        expectSame(error.details.current, won[0], 'details.current')
      }
    })

    test('heads answers in the order asked, doubles included, at one block', async ({ names, owner }) => {
      const logs = Array.from({ length: 12 }, (_, i) => key(owner, `many ${i}`))
      for (const i of [1, 4, 7]) await names.publish(logs[i]!, undefined, seededHead(`head ${i}`))
      const asked = [...logs].reverse().concat(logs[4]!, key(SOMEBODY_ELSE, 'many'))
      const statements = await names.heads(asked)
      expectSame(statements.length, asked.length, 'number of statements')
      for (const [i, log] of asked.entries()) {
        const at = logs.indexOf(log)
        const head = [1, 4, 7].includes(at) ? seededHead(`head ${at}`) : undefined
        expectSame(statements[i]?.head, head, `head ${i} of those asked`)
        expectSame(statements[i]?.block.hash, statements[0]?.block.hash, `block of statement ${i}`)
      }
    })

    test('heads of no logs is an empty answer', async ({ names }) => {
      expectSame((await names.heads([])).length, 0, 'number of statements')
    })

    const atBlocks: typeof test = (name, body) => {
      if (!supports.aheadOfBlocks) test(name, body)
    }

    atBlocks('a statement is what stood at its block, while heads move', async ({ names, owner }) => {
      const log = key(owner, 'moving')
      const publications: Publication[] = []
      let moving = true
      const move = async () => {
        for (let i = 0; i < 8; i++) {
          const next = seededHead(`moving ${i}`)
          publications.push(await names.publish(log, publications.at(-1)?.head, next))
        }
        moving = false
      }
      const statements = [await names.head(log)]
      const read = async () => {
        while (moving) statements.push(await names.head(log))
      }
      await Promise.all([move(), read()])
      statements.push(await names.head(log))
      for (const { head, block } of statements) {
        const stood = publications.filter(publication => publication.block.number <= block.number).at(-1)
        expectSame(head, stood?.head, `head stated for block ${block.number}`)
      }
    })

    test('safe and finalized statements are never ahead of latest', async ({ names, owner }) => {
      const log = key(owner, 'tags')
      await names.publish(log, undefined, seededHead('tagged'))
      for (const at of ['finalized', 'safe'] as const) {
        const settled = await names.head(log, { at })
        const [latest] = await names.heads([log], { at: 'latest' })
        expect(settled.block.number <= latest!.block.number, `${at} is ahead of latest`)
        const known = settled.head === undefined || settled.head === seededHead('tagged')
        expect(known, `${at} states a head that never stood`)
      }
    })

    test('block gives the canonical block, and undefined beyond the chain', async ({ names, owner }) => {
      const log = key(owner, 'blocks')
      const { block } = await names.publish(log, undefined, seededHead('in a block'))
      const found = await names.block(block.number)
      expectSame(found?.number, block.number, 'number')
      expectSame(found?.hash, block.hash, 'hash')
      expectSame(found?.timestamp, block.timestamp, 'timestamp')
      const latest = (await names.head(log)).block.number
      expectSame(await names.block(latest + 1_000_000), undefined, 'a block beyond the chain')
    })

    if (supports.readOnly) {
      test('without a signer: reads as everyone, publish is READ_ONLY', async ({
        names,
        owner,
        readOnly,
      }) => {
        const reader = ability(readOnly, 'readOnly')
        const log = key(owner, 'read only')
        await names.publish(log, undefined, seededHead('seen'))
        expectSame((await reader.head(log)).head, seededHead('seen'), 'head')
        expectSame(await reader.chainId(), await names.chainId(), 'chainId')
        const refused = reader.publish(log, seededHead('seen'), seededHead('unseen'))
        await expectCode(refused, 'READ_ONLY', 'publish')
      })
    }

    if (supports.reorganise) {
      test('a block that was reorganised away takes its head with it', async subject => {
        const { names, owner } = subject
        const log = key(owner, 'reorganised')
        const kept = await names.publish(log, undefined, seededHead('kept'))
        const lost = await names.publish(log, kept.head, seededHead('lost'))
        const { block } = await names.head(log)
        await ability(subject.reorganise, 'reorganise').call(subject, block.number - kept.block.number)
        expectSame((await names.head(log)).head, kept.head, 'head')
        expectSame(
          (await names.block(kept.block.number))?.hash,
          kept.block.hash,
          'hash of the block that was kept',
        )
        const replaced = await names.block(lost.block.number)
        expect(replaced?.hash !== lost.block.hash, 'the block that was lost is still canonical')
        await names.publish(log, kept.head, seededHead('again'))
        expectSame((await names.head(log)).head, seededHead('again'), 'head after the reorganisation')
      })
    }
  })
}

async function expectHead(
  names: NameSystem,
  log: LogKey,
  head: Reference,
  { block }: Publication,
): Promise<void> {
  const statement = await names.head(log)
  expectSame(statement.head, head, 'head')
  expect(statement.block.number >= block.number, 'the statement is of an older block than the publication')
  expectSame((await names.block(block.number))?.hash, block.hash, 'hash of the block of the publication')
}
