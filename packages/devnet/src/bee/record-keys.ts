/** Every kind of record in a network's store, by the first byte of its key. Numbers are big endian: keys sort. */

const table = (letter: string) => letter.charCodeAt(0)

/** What `Buffer.concat` would make of them, for readers of whole files in half the time. */
function key(letter: string, ...parts: readonly Uint8Array[]): Buffer {
  let length = 1
  for (const part of parts) length += part.length
  const bytes = Buffer.allocUnsafe(length)
  bytes[0] = table(letter)
  let at = 1
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(value, 0, 6)
  return bytes
}

/** Bytes of a chunk. A single-owner chunk has one record per content (`version`: its wrapped chunk's address). */
export const bodyKey = (address: Uint8Array, version?: Uint8Array) =>
  version ? key('b', address, version) : key('b', address)
/** What a node holds itself; the value is the version, empty for content-addressed chunks. */
export const localKey = (node: number, address: Uint8Array) => key('l', Buffer.of(node), address)
/** What the network holds: see reserve.ts. */
export const reserveKey = (address: Uint8Array) => key('n', address)
/** Who occupies a slot of a batch in the network: timestamp (8) ‖ address (32). */
export const slotKey = (batch: Uint8Array, index: Uint8Array) => key('s', batch, index)
/** The index that a node gave to an identity under a batch (8). */
export const issuedKey = (batch: Uint8Array, identity: Uint8Array) => key('i', batch, identity)
/** How many slots of a bucket were issued (uint32). */
export const bucketKey = (batch: Uint8Array, bucket: number) => key('c', batch, uint16(bucket))
export const bucketsPrefix = (batch: Uint8Array) => key('c', batch)
/** A batch on the chain (JSON). */
export const batchKey = (batch: Uint8Array) => key('B', batch)
export const batchesPrefix = () => key('B')
/** Deferred chunks that are not pushed yet, in the order in which they came (JSON). */
export const pendingKey = (node: number, sequence: number) => key('q', Buffer.of(node), uint48(sequence))
export const pendingPrefix = (node: number) => key('q', Buffer.of(node))
/** A tag (JSON). */
export const tagKey = (node: number, uid: number) => key('t', Buffer.of(node), uint48(uid))
export const tagsPrefix = (node: number) => key('t', Buffer.of(node))
/** A pinned root. */
export const pinKey = (node: number, root: Uint8Array) => key('p', Buffer.of(node), root)
export const pinsPrefix = (node: number) => key('p', Buffer.of(node))
/** Single values (JSON). */
export const metaKey = (name: string) => key('m', Buffer.from(name))
