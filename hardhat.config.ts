import { createRequire } from 'node:module'
import hardhatEthers from '@nomicfoundation/hardhat-ethers'
import hardhatNodeTestRunner from '@nomicfoundation/hardhat-node-test-runner'
import hardhatTypechain from '@nomicfoundation/hardhat-typechain'
import { defineConfig } from 'hardhat/config'

const solc = {
  version: '0.8.37',
  // The compiler from npm, so that a build downloads nothing. Hardhat wants an absolute path.
  path: createRequire(import.meta.url).resolve('solc/soljson.js'),
}

export default defineConfig({
  plugins: [hardhatEthers, hardhatNodeTestRunner, hardhatTypechain],
  solidity: {
    ...solc,
    settings: {
      // Every opcode of it is live on Ethereum, Gnosis and their test networks: one bytecode, one address for all.
      evmVersion: 'cancun',
      // A registry is deployed once and called for ever: as many runs as the optimizer counts.
      optimizer: { enabled: true, runs: 4_294_967_295 },
      viaIR: true,
      // For the tests that hold the contracts to their documentation and storage layout.
      outputSelection: { '*': { '*': ['devdoc', 'userdoc', 'storageLayout'] } },
    },
  },
  paths: { sources: './contracts', tests: './test/contracts' },
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
