import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { registry as artifact } from '../artifacts.ts'

/** The registry of heads. Needs nothing. */
export default buildModule(artifact.contractName, m => ({
  contract: m.contract(artifact.contractName, artifact),
}))
