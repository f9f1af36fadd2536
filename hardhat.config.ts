import { createRequire } from 'node:module'
import hardhatEthers from '@nomicfoundation/hardhat-ethers'
import hardhatIgnitionEthers from '@nomicfoundation/hardhat-ignition-ethers'
import hardhatKeystore from '@nomicfoundation/hardhat-keystore'
import hardhatNodeTestRunner from '@nomicfoundation/hardhat-node-test-runner'
import hardhatTypechain from '@nomicfoundation/hardhat-typechain'
import hardhatVerify from '@nomicfoundation/hardhat-verify'
import { configVariable, defineConfig } from 'hardhat/config'
import type { HttpNetworkUserConfig } from 'hardhat/types/config'

const solidity = {
  version: '0.8.37',
  // The compiler from npm, so that a build downloads nothing. Hardhat wants an absolute path.
  path: createRequire(import.meta.url).resolve('solc/soljson.js'),
  settings: {
    // Every opcode of it is live on Ethereum, Gnosis and their test networks: one bytecode, one address for all.
    evmVersion: 'cancun',
    // A registry is deployed once and called for ever: as many runs as the optimizer counts.
    optimizer: { enabled: true, runs: 4_294_967_295 },
    viaIR: true,
    // For the tests that hold the contracts to their documentation and storage layout.
    outputSelection: { '*': { '*': ['devdoc', 'userdoc', 'storageLayout'] } },
  },
}

/** A public network. The deployer's key comes from Hardhat's keystore or the environment, and only when it is used. */
function network(url: HttpNetworkUserConfig['url'], chainId?: number): HttpNetworkUserConfig {
  return {
    type: 'http',
    chainType: 'generic',
    url,
    accounts: [configVariable('DEPLOYER_KEY')],
    ...(chainId !== undefined && { chainId }),
  }
}

export default defineConfig({
  plugins: [
    hardhatEthers,
    hardhatNodeTestRunner,
    hardhatTypechain,
    hardhatIgnitionEthers,
    hardhatKeystore,
    hardhatVerify,
  ],
  // Source verification builds by the profile "production". It has to be the same, also in the settings.
  solidity: { profiles: { default: solidity, production: solidity } },
  networks: {
    sepolia: network(
      configVariable('SEPOLIA_RPC_URL', { default: 'https://ethereum-sepolia-rpc.publicnode.com' }),
      11_155_111,
    ),
    gnosis: network(configVariable('GNOSIS_RPC_URL', { default: 'https://rpc.gnosischain.com' }), 100),
    chiado: network(configVariable('CHIADO_RPC_URL', { default: 'https://rpc.chiadochain.net' }), 10_200),
    // Any other: the URL comes with the command (docs/deploy.md).
    custom: network('http://127.0.0.1:8545'),
  },
  ignition: {
    requiredConfirmations: 1,
    // keccak256('Remote Log'). With it and the bytecode the address is the same on every chain.
    strategyConfig: {
      create2: { salt: '0xb1d57d2007e738d93ec31755b3dd0c5bd0852eaa7505c93c6315d81009f27079' },
    },
  },
  verify: {
    etherscan: { apiKey: configVariable('ETHERSCAN_API_KEY') },
    blockscout: { enabled: true },
    sourcify: { enabled: true },
  },
  paths: { sources: './contracts', tests: './test/contracts', ignition: './scripts/deploy' },
  typechain: { outDir: './types/contracts' },
  test: {
    solidity: {
      // Fixed, so that a failure on one machine is a failure on all. Without the dictionary, which mixes in constants
      // of all compiled code: with it a changed comment changes the runs and so the gas snapshot.
      fuzz: { seed: '0x72656d6f74656c6f67', runs: 256, dictionaryWeight: 0 },
      invariant: { runs: 64, depth: 64, failOnRevert: true },
    },
  },
})
