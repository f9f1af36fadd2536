export type { EntryOptions, NewPayload } from './append.ts'
export type { Appended } from './appender.ts'
export type { AtRisk } from './at-risk.ts'
export { BrowserDatabase, type BrowserDatabaseOptions, type IndexedDbLevel } from './browser-database.ts'
export { type BrowserStorage, browserStorage } from './browser-storage.ts'
export type { ExportOptions } from './bundle/export.ts'
export type { ImportOptions, ImportReport } from './bundle/import.ts'
export type { BundleTrust, HeadProofs, ProvenHead } from './bundle/proven.ts'
export type { ReadSigned, ReadSignedHead } from './bundle/signed.ts'
export type { AuditOptions, AuditReport } from './care/audit.ts'
export type { PayloadPieces, PayloadSource } from './care/inspect-payload.ts'
export type { ExpirySource, Lifetime } from './care/lifetime.ts'
export type { ChunkPlace, LogPart, LostChunk, UnknownChunks } from './care/lost-chunk.ts'
export type { RepairOptions, RepairReport } from './care/repair.ts'
export type { Clock } from './clock.ts'
export type { HeadComparison } from './compare-head.ts'
export {
  authorizeWriter,
  type BatchChoice,
  type BatchExpiry,
  type BatchOrder,
  type BatchRejection,
  type BatchStatus,
  type BatchWish,
  BeePostage,
  type BeePostageOptions,
  type ChainBatchOrder,
  type ChainTopUpOrder,
  type ConnectContactsOptions,
  type ConnectGroupOptions,
  type ConnectLanesOptions,
  type ConnectOptions,
  connect,
  connectContacts,
  connectGroup,
  connectLanes,
  createKey,
  type Eip1193Provider,
  formatBzz,
  type GatewayHealth,
  gatewayHealth,
  type KeySigner,
  type OwnBatch,
  type OwnBatchStatus,
  type OwnStamps,
  type PostageQuote,
  probeGateways,
  type Relayer,
  type RequestReport,
  readKeyFile,
  revokeWriter,
  type Signer,
  signerOf,
  signerOfMnemonic,
  type TopUpOrder,
  type UploadEvidence,
  type Writer,
  writeKeyFile,
  writersOf,
} from './connect.ts'
export type { Contact } from './contacts/contact.ts'
export { Contacts, type ContactsParts } from './contacts/contacts.ts'
export type {
  ContactResult,
  ContactsProgress,
  ContactsStatement,
  SyncAllOptions,
} from './contacts/sync-all.ts'
export type { Durability, LogSettings } from './context.ts'
export type { FeedStatus, ProvisionalHead } from './feed/ahead.ts'
export type { AnchorPolicy } from './feed/anchor-policy.ts'
export { AnchoredNameSystem } from './feed/anchored-name-system.ts'
export { FeedNameSystem } from './feed/feed-name-system.ts'
export type { ForgetOptions } from './forget.ts'
export type { EphemeralListener, EphemeralMessage, EphemeralTransport } from './group/ephemeral.ts'
export {
  Group,
  type GroupMember,
  type GroupParts,
  type GroupReadOptions,
  type GroupStatement,
  type Level,
  type SendOptions,
  type Sent,
} from './group/group.ts'
export { GroupEntry } from './group/group-entry.ts'
export type { GroupPosition } from './group/group-view.ts'
export type { MissingEntry, MissingReason } from './group/missing-entry.ts'
export type { GroupWatchOptions } from './group/watch-group.ts'
export type { KeptOptions } from './kept-entries.ts'
export { type KeyBatchStatus, KeyPostage, type KeyPostageOptions } from './key-postage.ts'
export type { LaneChanges, LaneTransaction } from './lanes/changes.ts'
export type { AskLanes } from './lanes/follow-list.ts'
export type { KnownLane, KnownLanes } from './lanes/known-lanes.ts'
export { Lanes, type LanesParts } from './lanes/lanes.ts'
export type { LaneCursor, LaneEntry, ReadLanesOptions } from './lanes/read-lanes.ts'
export type { LaneResult, LanesStatement, SyncLanesOptions } from './lanes/sync-lanes.ts'
export type { WatchLanesOptions } from './lanes/watch-lanes.ts'
export { LevelFolder, type LevelFolderOptions } from './level-folder.ts'
export {
  CLASSIC_LEVEL_OPTIONS,
  type LocalChange,
  type LocalDatabase,
  type LocalEncoding,
  type LocalIterator,
  type LocalRange,
} from './local-database.ts'
export { LogEntry } from './log-entry.ts'
export type { Paid, PaidRun } from './paid.ts'
export type { Payload } from './payload-pieces.ts'
export type { SyncPlan } from './plan/plan.ts'
export type { PlannedStretch } from './plan/stretch.ts'
export type { OnProgress, OperationOptions, Progress } from './progress.ts'
export type { PublishOptions, PublishReport } from './publish.ts'
export type { ReadOptions } from './read.ts'
export { type LogParts, RemoteLog, type WithCosts } from './remote-log.ts'
export type { LogStatus } from './status.ts'
export type { Missing, PlanSyncOptions, SyncOptions, SyncStatement } from './sync.ts'
export type { Costs } from './tally.ts'
export type { VerifyReport } from './verify.ts'
export type { WatchOptions, WatchPosition } from './watch.ts'
