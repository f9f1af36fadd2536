import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { verifier as artifact } from '../artifacts.ts'

/** The verifier of entries. The registry has to stand already. */
export default buildModule(artifact.contractName, m => ({
  contract: m.contract(artifact.contractName, artifact, [m.getParameter<string>('registry')]),
}))
