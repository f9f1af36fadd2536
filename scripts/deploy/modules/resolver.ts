import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

/** The resolver of ENS names, for chains that have ENS. The registry has to stand already. */
export default buildModule('RemoteLogResolver', m => ({
  contract: m.contract('RemoteLogResolver', [
    m.getParameter<string>('registry'),
    m.getParameter<string>('ens'),
    m.getParameter<string>('nameWrapper'),
  ]),
}))
