export type { RefusalReason } from './answer-error.ts'
export type { BatchStatus } from './batch-list.ts'
export type { FeedRecords } from './feed/feed-record.ts'
export { openFeed, type SwarmFeedOptions } from './feed/open-feed.ts'
export { type SingleOwnerChunk, verifySingleOwnerChunk } from './feed/single-owner-chunk.ts'
export type { SingleOwnerStore } from './feed/single-owner-node.ts'
export { type FeedSigner, SwarmFeed, type SwarmFeedParts } from './feed/swarm-feed.ts'
export type { GatewayHealth } from './gateway/gateway-health.ts'
export { GatewayPool, type GatewayPoolOptions } from './gateway/gateway-pool.ts'
export { probeGateways } from './gateway/probe.ts'
export {
  type BatchExpiry,
  type BatchWish,
  BeePostage,
  type BeePostageOptions,
  type NewBatchQuote,
  type OwnBatchStatus,
} from './postage/bee-postage.ts'
export { formatBzz, PLUR_PER_BZZ, parseBzz } from './postage/bzz.ts'
export { type BatchCapacity, capacityOf, depthFor } from './postage/capacity.ts'
export { type BatchChoice, type BatchNeed, type BatchRejection, chooseBatch } from './postage/choose.ts'
export { type BatchOrder, type TopUpOrder, uniqueLabel } from './postage/orders.ts'
export {
  type PostageNeed,
  type PostagePrice,
  type PostageQuote,
  quoteAmount,
  quoteBatch,
  quoteTopUp,
} from './postage/quote.ts'
export { type BatchBuckets, withoutRoom } from './postage/room.ts'
export type { OwnBatch } from './postage/stamp-record.ts'
export type { RequestReport } from './request-report.ts'
export { MemoryStampStorage } from './stamps/memory-stamp-storage.ts'
export type { StampSigner } from './stamps/stamp.ts'
export type { StampStorage } from './stamps/stamp-storage.ts'
export { Stamper, type StamperOptions } from './stamps/stamper.ts'
export { SwarmStore, type SwarmStoreOptions } from './swarm-store.ts'
export type { UploadEvidence } from './swarm-upload.ts'
