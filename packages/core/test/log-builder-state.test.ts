import assert from 'node:assert/strict'
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

describe('a state that contradicts itself', () => {
  const state = logOf(3).state()
  const open = state.open
  const cases: Record<string, Partial<LogState>> = {
    'edges of different numbers of pages': { directory: logOf(2).state().directory },
    'another tail than the last page': { tail: OTHER },
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
  const fork = [...directory.levels[0]!.slice(0, 4), { ...directory.levels[0]![4]!, firstSeq: 5 }]
  const cases: Record<string, () => LogState> = {
    'a history of fewer pages': () => stateFromHead(head, other.history, directory),
    'a directory of fewer pages': () => stateFromHead(head, history, other.directory),
    'another history': () =>
      stateFromHead(head, { pages: 5, levels: [[...history.levels[0]!].reverse()] }, directory),
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
