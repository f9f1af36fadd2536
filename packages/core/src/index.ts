export * from './bmt/make-chunk.ts'
export { CausalClock, type NextEntry } from './causal/causal-clock.ts'
export {
  type CausalEntry,
  type CausalLog,
  CausalOrder,
  compareOrdered,
  type OrderedEntry,
} from './causal/causal-order.ts'
export * from './causal/envelope.ts'
export type { Unmet, UnmetReason } from './causal/unmet.ts'
export * from './chunk.ts'
export * from './content-store.ts'
export * from './directory/directory-builder.ts'
export {
  type DirectoryEdge,
  decodeDirectoryEdge,
  encodeDirectoryEdge,
} from './directory/directory-edge.ts'
export type { DirectoryRecord } from './directory/directory-record.ts'
export * from './directory/directory-walker.ts'
export * from './errors.ts'
export * from './feed/feed-address.ts'
export type * from './feed/head-feed.ts'
export * from './file-upload.ts'
export { bytesToHex, parseHex } from './hex.ts'
export * from './history/history-builder.ts'
export {
  decodeHistoryEdge,
  encodeHistoryEdge,
  type HistoryEdge,
  sameEdge,
} from './history/history-edge.ts'
export * from './history/history-walker.ts'
export type * from './lanes/lane.ts'
export * from './lanes/merge-lanes.ts'
export { countRecords, LEAF_RECORD_BYTES, recordAddress, recordLeaf, recordsIn } from './leaf-record.ts'
export * from './limits.ts'
export * from './log-builder.ts'
export * from './log-builder-codec.ts'
export * from './log-builder-extension.ts'
export * from './log-builder-from-head.ts'
export { emptyLogState, type LogState } from './log-builder-state.ts'
export * from './log-id.ts'
export type { OnCall } from './memory/abortable.ts'
export * from './memory/memory-chain.ts'
export * from './memory/memory-content-store.ts'
export * from './memory/memory-name-system.ts'
export * from './message-id.ts'
export * from './name-system.ts'
export * from './page/capacity.ts'
export {
  decodePage,
  outlineOf,
  outlinePage,
  type PageExpectation,
  type PageOutline,
} from './page/decode.ts'
export { encodeHeadPage, encodeSealedPage } from './page/encode.ts'
export * from './page/page.ts'
export * from './page/page-payload.ts'
export { encodedPairSize } from './page/pair.ts'
export * from './page/pair-bytes.ts'
export { PAGE_RULES, type PageRule } from './page/rules.ts'
export { type EntryProof, EntryProver } from './proof/entry-prover.ts'
export { verifyEntryProof } from './proof/entry-verifier.ts'
export { FileProver, verifyFileProof } from './proof/file-proof.ts'
export { PROOF_REASONS, type ProofReason } from './proof/proof-error.ts'
export * from './range-reader.ts'
export { RecordBuffers } from './record-buffers.ts'
export * from './reference.ts'
export * from './rfc/rfc-page.ts'
export type { ChunkRoom } from './room/chunk-room.ts'
export type { SaltSearch } from './room/salt-page.ts'
export type { Salts } from './room/salts.ts'
export * from './tree/file-splitter.ts'
export { childSpans, type TreeNode } from './tree/shape.ts'
export * from './tree/tree-walker.ts'
export * from './verified-leaves.ts'
