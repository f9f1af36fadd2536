export { type BatchWish, type BeeNode, type BeeNodeOptions, startBeeNode } from './bee/bee-node.ts'
export type { PoorBee } from './bee/poor-bee.ts'
export { type BeeEnvironment, type BeeUnderTest, beeUnderTest } from './bee-under-test.ts'
export { type Clock, ManualClock, systemClock } from './clock.ts'
export { type Devnet, type DevnetOptions, startDevnet } from './devnet.ts'
export type { DevnetFile, FundedAccount } from './devnet-file.ts'
export {
  type Fault,
  type FaultProxy,
  type FaultProxyStats,
  type FaultRequest,
  type FaultRule,
  startFaultProxy,
} from './fault/fault-proxy.ts'
