import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  CorruptError,
  checkExtension,
  chunkPayload,
  decodeLogState,
  decodePage,
  emptyLogState,
  encodeLogState,
  encodeSealedPage,
  LogBuilder,
  type LogState,
  type Page,
  type Reference,
  stateFromHead,
} from '../src/index.ts'
import { BASE, byReference, embedded, firstPage, LOG, page } from './page-model.ts'

/** A log of `pages` sealed pages of one entry each, and two open entries. */
function logOf(pages: number): LogBuilder {
  const builder = new LogBuilder(emptyLogState(LOG))
  for (let i = 0; i < pages; i++) {
    builder.append(embedded(Uint8Array.of(i, i >> 8), BASE + i))
    builder.seal()
  }
  builder.append(embedded(Uint8Array.of(1, 2, 3), BASE + 500, 'ee'.repeat(32)))
  builder.append(byReference(9, BASE))
  return builder
}

const OTHER = 'ef'.repeat(32) as Reference
const headPageOf = (builder: LogBuilder): Page =>
  decodePage(chunkPayload(builder.head().page.bytes), { kind: 'head', log: LOG })

describe('a saved state', () => {
  test('of a log without entries comes back', () => {
    assert.deepEqual(decodeLogState(encodeLogState(emptyLogState(LOG))), emptyLogState(LOG))
  })

  for (const pages of [0, 1, 84, 85, 86, 127, 128, 129, 171]) {
    test(`of ${pages} sealed pages comes back`, () => {
      const state = logOf(pages).state()
      assert.deepEqual(decodeLogState(encodeLogState(state)), state)
    })
  }

  test('with any byte damaged, missing or added is corrupt', () => {
    const bytes = encodeLogState(logOf(3).state())
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice()
      damaged[at]! ^= 0x10
      assert.throws(() => decodeLogState(damaged), CorruptError)
      assert.throws(() => decodeLogState(bytes.subarray(0, at)), CorruptError)
    }
    assert.throws(() => decodeLogState(Uint8Array.from([...bytes, 0])), CorruptError)
  })
})

/** Bytes with the checksum that belongs to them. */
const summed = (body: Uint8Array) => Uint8Array.from([...body, ...createHash('sha256').update(body).digest()])

describe('a saved state whose checksum is right', () => {
  const bytes = encodeLogState(logOf(3).state())
  const body = bytes.subarray(0, -32)
  test('is the state', () => assert.deepEqual(summed(body), bytes))

  const broken: Record<string, Uint8Array> = {
    'of another version': Uint8Array.from([2, ...body.subarray(1)]),
    'with a byte behind it': Uint8Array.from([...body, 0]),
    'without its last entry': body.subarray(0, -10),
    'that contradicts itself': body.map((byte, i) => (i === 33 + 4 + 8 + 96 + 4 + 8 + 144 ? byte ^ 1 : byte)),
    'of nothing': new Uint8Array(0),
  }
  for (const [name, changed] of Object.entries(broken)) {
    test(`${name} is corrupt`, () => assert.throws(() => decodeLogState(summed(changed)), CorruptError))
  }
})

describe('a state that contradicts itself', () => {
  const state = logOf(3).state()
  const open = state.open
  /** Two sealed pages, the last from seq 5 on. */
  const wide = new LogBuilder(emptyLogState(LOG))
  for (let i = 0; i < 7; i++) {
    if (i === 5) wide.seal()
    wide.append(embedded(Uint8Array.of(i), BASE))
  }
  wide.seal()
  const cases: Record<string, Partial<LogState>> = {
    'edges of different numbers of pages': { directory: logOf(2).state().directory },
    'full nodes of different numbers of pages': {
      history: logOf(128).state().history,
      directory: logOf(85).state().directory,
      open: { ...open, firstSeq: 500, baseTimestamp: BASE + 500, entries: [] },
    },
    'another tail than the last page': { tail: OTHER },
    'another tail than the last page, as the history has it': { ...logOf(85).state(), tail: OTHER },
    'another tail than the last page, as the directory has it': { ...logOf(128).state(), tail: OTHER },
    'an open page that starts before its pages could': {
      ...logOf(85).state(),
      open: { ...open, firstSeq: 84, baseTimestamp: BASE + 500, entries: [] },
    },
    'an open page that starts in the last page': {
      ...wide.state(),
      open: { ...open, firstSeq: 3, baseTimestamp: BASE + 500, entries: [] },
    },
    'half a seq': { open: { ...open, firstSeq: 3.5, entries: [] } },
    'half a millisecond': { open: { ...open, baseTimestamp: BASE + 2.5, entries: [] } },
    'no tail': { tail: undefined },
    'an open page that starts before the last': { open: { ...open, firstSeq: 2, entries: [] } },
    'a base timestamp before that of the last page': { open: { ...open, baseTimestamp: 5 } },
    'a gap in the open page': { open: { ...open, entries: open.entries.slice(1) } },
    'an open page that is too full': {
      open: { ...open, entries: [{ ...embedded(new Uint8Array(3920), BASE), seq: 3 }] },
    },
    'levels of another shape': { history: { pages: 3, levels: [] } },
  }
  for (const [name, change] of Object.entries(cases)) {
    test(`${name} is refused`, () => {
      assert.throws(() => new LogBuilder({ ...state, ...change }), RangeError)
      assert.throws(() => encodeLogState({ ...state, ...change }), RangeError)
    })
  }

  test('a first page that does not start at 0 is refused', () => {
    const empty = emptyLogState(LOG)
    assert.throws(() => new LogBuilder({ ...empty, open: { ...empty.open, firstSeq: 1 } }), RangeError)
    assert.throws(() => new LogBuilder({ ...empty, open: { ...empty.open, baseTimestamp: 1 } }), RangeError)
    assert.throws(() => new LogBuilder({ ...empty, tail: OTHER }), RangeError)
  })
})

describe('a state from a head', () => {
  for (const pages of [0, 1, 85, 128, 200]) {
    test(`of ${pages} sealed pages is the builder's own`, () => {
      const builder = logOf(pages)
      const { history, directory } = builder.state()
      const state = stateFromHead(headPageOf(builder), history, directory)
      assert.deepEqual(state, builder.state())
      assert.deepEqual(new LogBuilder(state).head(), builder.head())
    })
  }

  const builder = logOf(5)
  const head = headPageOf(builder)
  const { history, directory } = builder.state()
  const other = logOf(4).state()
  const [first, second, ...rest] = history.levels[0]!
  const swapped = { pages: 5, levels: [[second!, first!, ...rest]] }
  const fork = directory.levels[0]!.map((record, i) => (i === 2 ? { ...record, reference: OTHER } : record))
  const cases: Record<string, () => LogState> = {
    'a history of fewer pages': () => stateFromHead(head, other.history, directory),
    'a directory of fewer pages': () => stateFromHead(head, history, other.directory),
    'another history': () => stateFromHead(head, swapped, directory),
    'a head that counts other pages than it has roots of': () =>
      stateFromHead(
        { ...head, firstSeq: 9, entries: [], roots: { ...head.roots!, sealedPages: 6 } },
        history,
        directory,
      ),
    'another directory': () => stateFromHead(head, history, { pages: 5, levels: [fork] }),
    'a tail that is not the last page': () => stateFromHead({ ...head, tail: OTHER }, history, directory),
    'an edge without its shape': () => stateFromHead(head, { pages: 5, levels: [] }, directory),
  }
  for (const [name, from] of Object.entries(cases)) {
    test(`${name} is corrupt`, () => assert.throws(from, CorruptError))
  }

  test('a sealed page is no head', () => {
    const sealed = firstPage([embedded(Uint8Array.of(1))])
    assert.throws(() => stateFromHead(sealed, history, directory), TypeError)
  })
})

describe('what does not extend a head (spec 6)', () => {
  const builder = logOf(2)
  const { history: edge, open } = builder.state()
  const trusted = { page: chunkPayload(builder.head().page.bytes), edge }
  const sealed = (change: Partial<Page>) =>
    encodeSealedPage(page(open.entries, { ...headPageOf(builder), roots: undefined, ...change }))
  const kept = sealed({})

  test('the open page sealed as it was extends it, whatever its salt', () => {
    assert.deepEqual(checkExtension(trusted, { sealedPages: 3, edge, page: kept }), { extends: true })
    const salted = sealed({ salt: new Uint8Array(8).fill(9) })
    assert.deepEqual(checkExtension(trusted, { sealedPages: 3, edge, page: salted }), { extends: true })
  })

  test('fewer pages', () => {
    assert.deepEqual(checkExtension(trusted, { sealedPages: 1 }), { extends: false, reason: 'fewer-pages' })
  })

  test('another history', () => {
    const swapped = { pages: 2, levels: [[...edge.levels[0]!].reverse()] }
    const verdict = checkExtension(trusted, { sealedPages: 3, edge: swapped, page: kept })
    assert.deepEqual(verdict, { extends: false, reason: 'history' })
  })

  const changed: Record<string, Uint8Array> = {
    'another first seq': sealed({ firstSeq: 3 }),
    'another base timestamp': sealed({ baseTimestamp: BASE }),
    'another tail': sealed({ tail: OTHER }),
    'an entry less': encodeSealedPage({
      ...headPageOf(builder),
      roots: undefined,
      entries: open.entries.slice(0, 1),
    }),
    'another entry': encodeSealedPage({
      ...headPageOf(builder),
      roots: undefined,
      entries: [open.entries[0]!, { ...open.entries[1]!, timestamp: BASE + 1 }],
    }),
  }
  for (const [name, page] of Object.entries(changed)) {
    test(name, () => {
      const verdict = checkExtension(trusted, { sealedPages: 3, edge, page })
      assert.deepEqual(verdict, { extends: false, reason: 'open-page' })
    })
  }

  test('without the facts there is no verdict', () => {
    assert.throws(() => checkExtension(trusted, { sealedPages: 2 }), TypeError)
  })
})
