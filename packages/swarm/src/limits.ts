import { CHUNK_BYTES, SPAN_BYTES } from '@remote-log/core'

/** Requests in flight at the start: a Bee without a chequebook refuses an eager client (bee-recordings, load). */
export const FIRST_WINDOW = 4
/** Most requests in flight by default: 6,700 chunks at 50 ms round trips are then 27 rounds. */
export const MAX_IN_FLIGHT = 256
/** Silence after which a request is given up, in ms. Bee itself gives up on a chunk after 30 s. */
export const TIMEOUT_MS = 30_000
/** Silence after which a node is given up that was asked for a feed update, in ms: a hint is not worth more. */
export const FEED_TIMEOUT_MS = 5000
/** How long a refused request is tried again, in ms. */
export const RETRY_MS = 20_000
/** Requests without any answer (refused connections, cuts) that are made in a row. */
export const UNANSWERED_ATTEMPTS = 3
/** First pause before a request is made again, in ms; it doubles up to {@link LAST_PAUSE_MS}. */
export const FIRST_PAUSE_MS = 250
export const LAST_PAUSE_MS = 5000
/** How long an upload may stand still before it is given up, in ms: a real pair synced 4 to 14 chunks a second. */
export const PATIENCE_MS = 120_000
/** First and longest pause between two looks at a tag, in ms. */
export const FIRST_POLL_MS = 20
export const LAST_POLL_MS = 1000
/** Most bytes that are read of an answer that is not the data asked for: an error body, a tag, a batch. */
export const MAX_MESSAGE_BYTES = 65_536
/** Most characters of a node's message that are passed on. */
export const MAX_QUOTE = 200
/** Most bytes of a chunk on the wire: span and payload. */
export const MAX_CHUNK_BYTES = SPAN_BYTES + CHUNK_BYTES
/** Chunks of an upload that a second node is asked for at a time, where its tag does not prove them. */
export const PROVERS = 32
/** Single chunks that are pushed again under one tag, and tags (of these or of a file each) at a time. */
export const PUSHED_TOGETHER = 128
export const GROUPS_AT_ONCE = 4
/** Tags of files that are asked for at a time. */
export const TAGS_AT_ONCE = 8
/** Chunks of an upload that a second node is asked for as a sample: of 5 % missing, four times in five one is found. */
export const SAMPLED = 32
/** Deepest postage batch that is stamped here: 2^40 chunks. */
export const MAX_BATCH_DEPTH = 40
/** Salts that are tried for a page until it finds room in its batch: some 3 s of hashing at the most, near the end. */
export const MAX_SALTS = 2 ** 19
/** Salts of which the one that leads to the emptiest buckets is taken: none stays empty until late. */
export const SALT_CHOICES = 8
/** How far ahead of the time of a stamp times are kept free on disk, in nanoseconds: one write in ten minutes. */
export const TIMESTAMPS_AHEAD_NS = 600_000_000_000n
/** Deepest batch of a node whose buckets are looked at before an upload: deeper ones fill up well by themselves. */
export const MAX_STEERED_DEPTH = 22
/**
 * Mutable batches with so many slots a bucket, or less, are watched: one upload may fill a bucket. In a larger one that is
 * less than half full it takes some 100,000 chunks.
 */
export const WATCHED_SLOTS = 8
