export { type Clock, ManualClock, systemClock } from './clock.ts'
export {
  type Fault,
  type FaultProxy,
  type FaultProxyStats,
  type FaultRequest,
  type FaultRule,
  startFaultProxy,
} from './fault/fault-proxy.ts'
