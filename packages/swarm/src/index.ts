export type { RefusalReason } from './answer-error.ts'
export type { BatchStatus } from './batch-list.ts'
export type { RequestReport } from './request-report.ts'
export { SwarmStore, type SwarmStoreOptions } from './swarm-store.ts'
