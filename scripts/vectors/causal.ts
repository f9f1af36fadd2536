import {
  type CausalHeader,
  encodeEnvelope,
  type LogHash,
  type MessageId,
  plainPayload,
} from '@remote-log/core'
import { hexOf, seededBytes } from './bytes.ts'

const hash = (seed: string) => hexOf(seededBytes(seed, 32))
const OWN = hash('log') as LogHash
const NOW = 1_700_000_000_000

const dependency = (seed: string, seq: number) => ({
  log: hash(`log ${seed}`) as LogHash,
  seq,
  id: hash(`id ${seed}`) as MessageId,
})
const inOrder = (...dependencies: CausalHeader['dependencies']) =>
  dependencies.toSorted((a, b) => (a.log < b.log ? -1 : 1))

const text = (content: string) => new TextEncoder().encode(content)
const HELLO = text('hello')
const LOOKS_LIKE_ONE = encodeEnvelope({ lamport: 1, dependencies: [] }, HELLO, OWN)

const ENVELOPES: Readonly<Record<string, readonly [CausalHeader | null, Uint8Array]>> = {
  'plain text': [null, HELLO],
  'plain content that looks like an envelope': [null, LOOKS_LIKE_ONE],
  'no dependencies': [{ lamport: NOW, dependencies: [] }, HELLO],
  'empty content': [{ lamport: 0, dependencies: [] }, new Uint8Array()],
  'one dependency': [{ lamport: NOW, dependencies: [dependency('a', 0)] }, HELLO],
  'three dependencies, the largest numbers': [
    {
      lamport: 2 ** 48 - 1,
      dependencies: inOrder(
        dependency('a', 127),
        dependency('b', 128),
        dependency('c', Number.MAX_SAFE_INTEGER),
      ),
    },
    seededBytes('content', 300),
  ],
  'an envelope as content': [{ lamport: NOW, dependencies: [] }, LOOKS_LIKE_ONE],
}

const MARKER = 'fd07524c43'
const DEPENDENCY = `0a20${hash('id a')}1a20${hash('log a')}5000`
const OTHER = `0a20${hash('id b')}1a20${hash('log b')}5000`
const [low, high] = hash('log a') < hash('log b') ? [DEPENDENCY, OTHER] : [OTHER, DEPENDENCY]
const history = (item: string) => `5a${(item.length / 2).toString(16)}${item}`
const CONTENT = 'a2010568656c6c6f'

/** By name: whether it looks like an envelope, and the bytes. All of them are plain payloads. */
const PLAIN: Readonly<Record<string, readonly [boolean, string]>> = {
  'no bytes': [false, ''],
  'the marker without a version': [false, MARKER],
  'another marker': [false, 'fd07524c4401'],
  'the marker alone': [true, `${MARKER}01`],
  'no Lamport time, content that needs no envelope': [true, `${MARKER}01${CONTENT}`],
  'a dependency without Lamport time': [true, `${MARKER}01${history(DEPENDENCY)}${CONTENT}`],
  'a Lamport time of 2^48': [true, `${MARKER}015080808080808040${CONTENT}`],
  'a Lamport time that is longer than needed': [true, `${MARKER}01508100${CONTENT}`],
  'no content': [true, `${MARKER}015001`],
  'content that is cut off': [true, `${MARKER}015001${CONTENT.slice(0, -2)}`],
  'a byte behind the content': [true, `${MARKER}015001${CONTENT}00`],
  'content before the Lamport time': [true, `${MARKER}01${CONTENT}5001`],
  'a Lamport time twice': [true, `${MARKER}0150015001${CONTENT}`],
  'an unknown field': [true, `${MARKER}0150015801${CONTENT}`],
  'a dependency in the log itself': [
    true,
    `${MARKER}015001${history(`0a20${hash('id a')}1a20${OWN}5000`)}${CONTENT}`,
  ],
  'dependencies out of order': [true, `${MARKER}015001${history(high)}${history(low)}${CONTENT}`],
  'one log twice': [true, `${MARKER}015001${history(low)}${history(low)}${CONTENT}`],
  'a dependency without seq': [true, `${MARKER}015001${history(DEPENDENCY.slice(0, -4))}${CONTENT}`],
  'a dependency with a seq of 2^53': [
    true,
    `${MARKER}015001${history(`${DEPENDENCY.slice(0, -2)}8080808080808010`)}${CONTENT}`,
  ],
  'a dependency with a field more': [true, `${MARKER}015001${history(`${DEPENDENCY}5801`)}${CONTENT}`],
  'a dependency that reaches into the content': [
    true,
    `${MARKER}0150015a${(DEPENDENCY.length / 2 + 4).toString(16)}${DEPENDENCY}${CONTENT}`,
  ],
  'too many dependencies': [
    true,
    `${MARKER}015001${Array.from({ length: 33 }, (_, i) =>
      history(`0a20${hash('id a')}1a20${i.toString(16).padStart(64, '0')}5000`),
    ).join('')}${CONTENT}`,
  ],
}

const UNKNOWN: Readonly<Record<string, readonly [number, string]>> = {
  'version 2': [2, `${MARKER}025001${CONTENT}`],
  'version 0': [0, `${MARKER}00`],
}

/** test/vectors/causal-v1.json: docs/spec.md section 16.1. */
export function causalVectors() {
  return {
    format: 'remote-log/causal-envelope',
    version: 1,
    own: OWN,
    envelopes: Object.entries(ENVELOPES).map(([name, [header, content]]) => ({
      name,
      header,
      content: hexOf(content),
      payload: hexOf(header ? encodeEnvelope(header, content, OWN) : plainPayload(content)),
    })),
    plain: Object.entries(PLAIN).map(([name, [fault, payload]]) => ({ name, payload, fault })),
    unknown: Object.entries(UNKNOWN).map(([name, [version, payload]]) => ({ name, payload, version })),
  }
}
