import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { resolver as artifact } from '../artifacts.ts'

/** The resolver of ENS names, for chains that have ENS. The registry has to stand already. */
export default buildModule(artifact.contractName, m => ({
  contract: m.contract(artifact.contractName, artifact, [
    m.getParameter<string>('registry'),
    m.getParameter<string>('ens'),
    m.getParameter<string>('nameWrapper'),
  ]),
}))
