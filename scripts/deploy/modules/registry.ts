import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

/** The registry of heads. Needs nothing. */
export default buildModule('RemoteLogRegistry', m => ({ contract: m.contract('RemoteLogRegistry') }))
