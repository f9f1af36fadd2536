/** Every size and count of the format, with its unit and reason. Nothing else in `src` states one. */

/** Bytes of payload in a Swarm chunk (Bee: `swarm.ChunkSize`). */
export const CHUNK_BYTES = 4096
/** Bytes of the span in front of a chunk's payload: uint64, little endian. */
export const SPAN_BYTES = 8
/** Children of an inner chunk: 4096 / 32 references. */
export const BRANCHES = 128
/** Records in a node of the directory: 85 x 48 = 4080 bytes of a chunk. */
export const DIRECTORY_BRANCHES = 85
/** Bytes of a directory record: reference 32, first seq 8, time 8. */
export const DIRECTORY_RECORD_BYTES = 48
/** Largest payload by reference, in bytes: 4 GiB, so that a length fits the page's budget and a span its tree. */
export const MAX_PAYLOAD_BYTES = 2 ** 32
/** Sealed pages a head page can count (uint32), in pages. */
export const MAX_SEALED_PAGES = 2 ** 32 - 1
/** Largest payload that a writer embeds, in bytes: with any id and timestamp it fits an empty head page (4,062 bytes). */
export const MAX_EMBEDDED_BYTES = 3840
/** Bytes of a page that mean nothing and may be chosen freely. */
export const SALT_BYTES = 8
/** Largest Lamport time that an entry may state, in milliseconds: the year 10889, so that times above it stay exact. */
export const MAX_LAMPORT = 2 ** 48 - 1
/** Most entries of other logs that an entry names as its dependencies: with them a header has at most 2,549 bytes. */
export const MAX_CAUSAL_DEPENDENCIES = 32
