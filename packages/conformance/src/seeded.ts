import { makeChunk, type Reference, referenceFromBytes, type Topic, topicOf } from '@remote-log/core'

/** Bytes that look random and are the same in every run: FNV-1a of the seed feeds Marsaglia's xorshift32. */
export function seededBytes(seed: string, length: number): Uint8Array {
  let state = 0x811c9dc5
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193)
  if (state === 0) state = 1
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state >>> 24
  }
  return bytes
}

/** A reference that names no chunk. */
export function seededReference(seed: string): Reference {
  return referenceFromBytes(seededBytes(`reference ${seed}`, 32))
}

/** A topic of its own for each test, so that tests may share a backend. */
export function seededTopic(seed: string): Topic {
  return topicOf(`conformance ${seed}`)
}

const heads = new Map<Reference, Uint8Array>()

/** What was published as a head by the suites: chunks by reference, for name systems that carry the page along. */
export const seededHeads: ReadonlyMap<Reference, Uint8Array> = heads

/** The reference of a chunk that follows from `about`. */
export function seededHead(about: string): Reference {
  const { reference, bytes } = makeChunk(seededBytes(`head ${about}`, 200))
  heads.set(reference, bytes)
  return reference
}
