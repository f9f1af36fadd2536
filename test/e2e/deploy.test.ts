import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseAddress, parseReference, topicOf } from '@remote-log/core'
import { proveHead, RegistryNameSystem, signerOf } from '@remote-log/ethereum'
import { id } from 'ethers'
import hre from 'hardhat'
import { RemoteLogRegistry__factory } from '../../packages/ethereum/src/generated/RemoteLogRegistry__factory.ts'
import { journalOf } from '../../scripts/deploy/carry-out.ts'
import { ENS } from '../../scripts/deploy/contracts.ts'
import { addressOf, CREATE_X, encodeDeployment } from '../../scripts/deploy/create-x.ts'
import { parseOptions } from '../../scripts/deploy/options.ts'
import { deploymentsModule } from '../../scripts/generate-deployments.ts'
import { ROOT } from './cli-process.ts'
import {
  ACCOUNTS,
  deploy,
  deployJson,
  type Report,
  startAnvil,
  startHardhat,
  type TestChain,
} from './deploy-process.ts'

const [SEPOLIA, GNOSIS, CHIADO] = [11_155_111, 100, 10_200]
const [ALICE, BOB, CAROL] = ACCOUNTS
const HEAD = parseReference('aa'.repeat(32))
/** Code that does nothing: for addresses where the test wants a contract, whichever. */
const ANY_CODE = '0x00'

const salt = hre.config.ignition.strategyConfig!.create2!.salt
/** Where the bytecode that packages/ethereum ships comes to stand, on every chain. */
const REGISTRY = addressOf(salt, RemoteLogRegistry__factory.bytecode)

const addresses = ({ contracts }: Report) =>
  Object.fromEntries(contracts.map(({ role, address }) => [role, address]))

/** A head is published to the registry of a chain, read, and proven by the node's own proof. */
async function publishAndProve(chain: TestChain, chainId: number): Promise<void> {
  const signer = signerOf(CAROL.key)
  const options = { provider: chain.rpcUrl, registry: REGISTRY, chainId, signer, pollMs: 20 }
  const log = { owner: parseAddress(CAROL.address), topic: topicOf('deployed') }
  const empty = await new RegistryNameSystem(options).head(log)
  assert.deepEqual(await proveHead(options, log, empty.block.hash), { head: undefined, block: empty.block })
  const { block } = await new RegistryNameSystem(options).publish(log, undefined, HEAD)
  assert.deepEqual(await proveHead(options, log, block.hash), { head: HEAD, block })
}

test('the salt is keccak256 of "Remote Log", and names no sender', () => {
  assert.equal(salt, id('Remote Log'))
  assert.doesNotMatch(salt, /^0x0{40}/)
})

describe('npm run deploy', () => {
  const chains = {} as Record<'sepolia' | 'gnosis' | 'chiado' | 'hardhat', TestChain>
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-deploy-'))
    const [sepolia, gnosis, chiado, hardhat] = await Promise.all([
      startAnvil(SEPOLIA),
      startAnvil(GNOSIS),
      startAnvil(CHIADO),
      startHardhat(GNOSIS),
    ])
    Object.assign(chains, { sepolia, gnosis, chiado, hardhat })
    for (const address of Object.values(ENS[SEPOLIA]!))
      await sepolia.ask('hardhat_setCode', address, ANY_CODE)
  })
  after(async () => {
    await Promise.all(Object.values(chains).map(chain => chain.stop()))
    await rm(folder, { recursive: true })
  })

  test('a chain without CreateX is NO_CONTRACT, and the message says how to get it', async () => {
    const { code, stderr } = await deploy(['--rpc', chains.gnosis.rpcUrl, '--dry-run'])
    assert.equal(code, 1)
    assert.match(stderr, /^NO_CONTRACT: .*--place-createx.*createx\.rocks/)
  })

  test('a dry run prints addresses, gas and cost; it needs no key and sends nothing', async () => {
    const { sepolia } = chains
    const run = ['--network', 'sepolia', '--rpc', sepolia.rpcUrl, '--place-createx', '--dry-run']
    const { code, stdout, stderr } = await deploy(run)
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.match(stdout, /^Chain 11155111\. Gas costs [\d.]+ gwei a unit now\.$/m)
    for (const name of ['RemoteLogRegistry', 'RemoteLogVerifier', 'RemoteLogResolver']) {
      const line = new RegExp(`^${name} +0x[0-9a-fA-F]{40} +[\\d,]{7,} gas, 0\\.\\d+ Sepolia ETH$`, 'm')
      assert.match(stdout, line)
    }
    assert.match(stdout, /^Together [\d,]+ gas: 0\.\d+ Sepolia ETH now, 0\.\d+ Sepolia ETH if/m)
    assert.equal(await sepolia.ask('eth_blockNumber'), '0x0')
    assert.equal(await sepolia.ask('eth_getCode', REGISTRY, 'latest'), '0x')
  })

  test('a deployment has the same addresses on every chain, by every node, from every account', async () => {
    const runs = {
      sepolia: [chains.sepolia, ['--network', 'sepolia'], ALICE.key],
      gnosis: [chains.gnosis, ['--network', 'gnosis', '--account', BOB.address], undefined],
      chiado: [chains.chiado, ['--network', 'chiado'], CAROL.key],
      hardhat: [chains.hardhat, [], BOB.key],
    } as const
    const reports = await Promise.all(
      Object.entries(runs).map(([name, [chain, args, key]]) =>
        deployJson(
          ['--rpc', chain.rpcUrl, '--place-createx', '--records', join(folder, `${name}.json`), ...args],
          key,
        ),
      ),
    )
    const { resolver, ...everywhere } = addresses(reports[0]!)
    assert.equal(parseAddress(everywhere.registry!), REGISTRY)
    for (const report of reports.slice(1)) assert.deepEqual(addresses(report), everywhere)
    assert.notEqual(await chains.sepolia.ask('eth_getCode', resolver, 'latest'), '0x')
    for (const { contracts } of reports) {
      for (const { stoodBefore, gas, gasUsed } of contracts) {
        assert.equal(stoodBefore, false)
        assert.ok(Number(gasUsed) > 500_000 && Number(gasUsed) <= Number(gas), `${gasUsed} of ${gas}`)
      }
    }
  })

  test('what was deployed works, and the node of each chain proves its heads (EIP-1186)', async () => {
    await Promise.all([
      publishAndProve(chains.sepolia, SEPOLIA),
      publishAndProve(chains.gnosis, GNOSIS),
      publishAndProve(chains.chiado, CHIADO),
      publishAndProve(chains.hardhat, GNOSIS),
    ])
  })

  test('running it again changes nothing, and keeps what is recorded', async () => {
    const { gnosis } = chains
    const records = join(folder, 'gnosis.json')
    const [height, recorded] = [await gnosis.ask('eth_blockNumber'), await readFile(records, 'utf8')]
    const { code, stdout } = await deploy(['--rpc', gnosis.rpcUrl, '--records', records], ALICE.key)
    assert.equal(code, 0)
    assert.match(stdout, /^RemoteLogRegistry +0x\w{40} +stands already$/m)
    assert.match(stdout, /^Nothing is left to deploy\.$/m)
    assert.equal(await gnosis.ask('eth_blockNumber'), height)
    assert.equal(await readFile(records, 'utf8'), recorded)
  })

  test('records hold address, block and transaction by chain id, and become the module that is shipped', async () => {
    const records = JSON.parse(await readFile(join(folder, 'sepolia.json'), 'utf8'))
    assert.deepEqual(Object.keys(records), [`${SEPOLIA}`])
    assert.deepEqual(Object.keys(records[SEPOLIA]), ['registry', 'verifier', 'resolver'])
    const { address, block, transaction } = records[SEPOLIA].registry
    const receipt = (await chains.sepolia.ask('eth_getTransactionReceipt', transaction)) as {
      blockNumber: string
    }
    assert.equal(Number(receipt.blockNumber), block)
    const both = { [SEPOLIA]: { registry: { address, block } }, [GNOSIS]: { registry: { address } } }
    assert.equal(
      deploymentsModule(both).split('\n').slice(4).join('\n'),
      `export const deployments: Readonly<Record<number, ChainDeployment>> = {
  100: {
    registry: { address: parseAddress('${REGISTRY}') },
  },
  11155111: {
    registry: { address: parseAddress('${REGISTRY}'), block: ${block} },
  },
}
`,
    )
  })

  test('no journal of Ignition is left where everything stands', async () => {
    const journals = await readdir(join(ROOT, 'scripts/deploy/deployments')).catch(() => [])
    for (const [chainId, { ask, rpcUrl }] of [
      [SEPOLIA, chains.sepolia],
      [GNOSIS, chains.gnosis],
    ] as const) {
      const { hash } = (await ask('eth_getBlockByNumber', '0x0', false)) as { hash: string }
      const own = journalOf(chainId, hash, rpcUrl)
      assert.deepEqual(
        journals.filter(name => name.startsWith(own)),
        [],
      )
    }
  })
})

describe('npm run deploy, on a chain where it goes wrong or part stands', () => {
  let chain: TestChain
  before(async () => {
    chain = await startAnvil(CHIADO)
  })
  after(() => chain.stop())

  test('too little money is REFUSED before anything is sent', async () => {
    await chain.ask('anvil_setBalance', CAROL.address, '0x1')
    const { code, stderr } = await deploy(['--rpc', chain.rpcUrl, '--place-createx'], CAROL.key)
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^REFUSED: 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC has 0\.0+1; have 0\.\d+ at hand/i,
    )
    assert.equal(await chain.ask('eth_blockNumber'), '0x0')
  })

  test('no key is an error that names the variable', async () => {
    const { code, stderr } = await deploy(['--rpc', chain.rpcUrl])
    assert.equal(code, 1)
    assert.match(stderr, /^UNAVAILABLE: .*DEPLOYER_KEY/)
    assert.doesNotMatch(stderr, /\n {4}at /)
  })

  test('the network’s name and the node’s chain have to agree: WRONG_CHAIN', async () => {
    const { code, stderr } = await deploy(['--network', 'gnosis', '--rpc', chain.rpcUrl, '--dry-run'])
    assert.equal(code, 1)
    assert.equal(stderr, 'WRONG_CHAIN: the node is on chain 10200, gnosis is chain 100\n')
  })

  test('a contract that somebody else deployed is left alone, the others follow', async () => {
    const data = encodeDeployment(salt, RemoteLogRegistry__factory.bytecode)
    await chain.ask('eth_sendTransaction', { from: BOB.address, to: CREATE_X, data })
    const { contracts } = await deployJson(['--rpc', chain.rpcUrl], ALICE.key)
    assert.deepEqual(
      contracts.map(({ role, stoodBefore }) => [role, stoodBefore]),
      [
        ['registry', true],
        ['verifier', false],
      ],
    )
    assert.equal(await chain.ask('eth_blockNumber'), '0x2')
  })

  test('ENS of one’s own gets a resolver; without its contract the node refuses', async () => {
    const ens = parseAddress(`0x${'e5'.repeat(20)}`)
    const nothing = await deploy(['--rpc', chain.rpcUrl, '--ens', ens], ALICE.key)
    assert.equal(nothing.code, 1)
    assert.match(nothing.stderr, /^UNAVAILABLE: eth_estimateGas/)
    await chain.ask('anvil_setCode', ens, ANY_CODE)
    const { contracts } = await deployJson(['--rpc', chain.rpcUrl, '--ens', ens], ALICE.key)
    const resolver = contracts.find(({ role }) => role === 'resolver')!
    assert.equal(resolver.stoodBefore, false)
    assert.notEqual(await chain.ask('eth_getCode', resolver.address, 'latest'), '0x')
  })

  test('wrong options are INVALID_ARGUMENT and end with exit code 2', async () => {
    for (const args of [
      [],
      ['--network', 'mainnet'],
      ['--rpc', 'localhost'],
      ['--rpc', chain.rpcUrl, '--name-wrapper', REGISTRY],
      ['--rpc', chain.rpcUrl, '--account', '0x12'],
      ['--rpc', chain.rpcUrl, '--verify'],
      ['--bogus'],
    ]) {
      assert.throws(() => parseOptions(args), { code: 'INVALID_ARGUMENT' }, args.join(' '))
    }
    const { code, stderr } = await deploy(['--bogus'])
    assert.equal(code, 2)
    assert.match(stderr, /^INVALID_ARGUMENT: /)
    assert.match((await deploy(['--help'])).stdout, /--dry-run/)
  })

  test('an RPC URL without a node is UNAVAILABLE', async () => {
    const gone = await startHardhat(GNOSIS)
    await gone.stop()
    const { code, stderr } = await deploy(['--rpc', gone.rpcUrl, '--dry-run'])
    assert.equal(code, 1)
    assert.match(stderr, /^UNAVAILABLE: eth_chainId/)
  })
})
