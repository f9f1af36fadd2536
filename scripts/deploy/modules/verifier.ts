import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

/** The verifier of entries, over a registry whose address is known before it stands. */
export default buildModule('RemoteLogVerifier', m => ({
  contract: m.contract('RemoteLogVerifier', [m.getParameter<string>('registry')]),
}))
