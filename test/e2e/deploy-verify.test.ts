import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it, type TestContext } from 'node:test'
import { parseAddress } from '@remote-log/core'
import { ContractFactory, JsonRpcProvider, keccak256, Wallet } from 'ethers'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import config from '../../hardhat.config.ts'
import { startMemoryChain } from '../../packages/devnet/src/chain/memory-chain.ts'
import { RemoteLogVerifier__factory } from '../../packages/ethereum/src/generated/RemoteLogVerifier__factory.ts'
import { verifySources } from '../../scripts/deploy/verify-sources.ts'
import { ROOT } from './cli-process.ts'

const SEPOLIA = 11_155_111
const CHIADO = 10_200
const REGISTRY = parseAddress(`0x${'a1'.repeat(20)}`)
/** The first account of Hardhat's network. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

interface CompilerInput {
  readonly settings: { readonly viaIR?: boolean; readonly outputSelection: unknown }
}

/** What explorers were sent, by their name. */
interface Submission {
  readonly name: string
  readonly version: string
  readonly constructorArguments?: string
  readonly input: CompilerInput
}

/** A server that answers like Etherscan, Blockscout and Sourcify, on a path each, and takes everything. */
async function startExplorers(t: TestContext) {
  const submissions: Record<string, Submission> = {}
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://127.0.0.1')
    const body = await text(request)
    const answer = pathname.startsWith('/sourcify')
      ? sourcify(pathname, body)
      : scan(pathname, searchParams, body)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const scan = (path: string, query: URLSearchParams, body: string) => {
    const action = query.get('action')
    if (action === 'getsourcecode') return { status: '0', message: 'NOTOK', result: '' }
    if (action === 'checkverifystatus') return { status: '1', message: 'OK', result: 'Pass - Verified' }
    const form = new URLSearchParams(body)
    submissions[path.slice(1)] = {
      name: form.get('contractname')!,
      version: form.get('compilerversion')!,
      constructorArguments: form.get('constructorArguments')!,
      input: JSON.parse(form.get('sourceCode')!) as CompilerInput,
    }
    return { status: '1', message: 'OK', result: 'ticket' }
  }
  const sourcify = (path: string, body: string) => {
    const contract = { match: 'exact_match' }
    if (path.startsWith('/sourcify/v2/contract/')) {
      return { match: null, creationMatch: null, runtimeMatch: null, chainId: '', address: '' }
    }
    if (body === '') return { isJobCompleted: true, verificationId: 'ticket', jobStartTime: '', contract }
    const { contractIdentifier, compilerVersion, stdJsonInput } = JSON.parse(body)
    submissions.sourcify = { name: contractIdentifier, version: compilerVersion, input: stdJsonInput }
    return { verificationId: 'ticket' }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, submissions }
}

/** A verifier on a chain with this id, and an environment of this project that takes it and the explorers for real. */
async function startWorld(
  t: TestContext,
  build: string,
  chainId: number,
  known: readonly ('etherscan' | 'blockscout')[],
) {
  t.mock.method(console, 'log', () => {})
  const { url, submissions } = await startExplorers(t)
  const chain = await startMemoryChain({ chainId, port: 0 })
  t.after(() => chain.stop())
  const provider = new JsonRpcProvider(chain.rpcUrl, chainId, { staticNetwork: true })
  t.after(() => provider.destroy())
  await provider.send('hardhat_setCode', [REGISTRY, '0x00'])
  const { abi, bytecode } = RemoteLogVerifier__factory
  const contract = await new ContractFactory(abi, bytecode, new Wallet(KEY, provider)).deploy(REGISTRY)
  const address = parseAddress(await contract.getAddress())
  const explorers = known.map(name => [name, { url, apiUrl: `${url}/${name}` }] as const)
  const hre = await createHardhatRuntimeEnvironment(
    {
      ...config,
      // A build of its own: others may be building in the project's folders meanwhile.
      paths: { ...config.paths, cache: join(build, 'cache'), artifacts: join(build, 'artifacts') },
      typechain: { outDir: join(build, 'types') },
      networks: { world: { type: 'http', url: chain.rpcUrl, accounts: 'remote' } },
      chainDescriptors: { [chainId]: { name: 'World', blockExplorers: Object.fromEntries(explorers) } },
      verify: { ...config.verify, etherscan: { apiKey: 'a key' }, sourcify: { apiUrl: `${url}/sourcify` } },
    },
    { network: 'world' },
    ROOT,
  )
  await hre.tasks
    .getTask('build')
    .run({ quiet: true, noTests: true, files: ['contracts/RemoteLogVerifier.sol'] })
  const contracts = [{ name: 'RemoteLogVerifier', address, parameters: { registry: REGISTRY } }]
  return { hre, contracts, submissions }
}

/** keccak256 of the creation code that the compiler makes of an explorer's input. */
function compiled({ input }: Submission): string {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const outputSelection = { '*': { RemoteLogVerifier: ['evm.bytecode.object'] } }
  const settings = { ...input.settings, outputSelection }
  const output = JSON.parse(solc.compile(JSON.stringify({ ...input, settings })))
  const files: Record<string, { evm: { bytecode: { object: string } } }>[] = Object.values(output.contracts)
  const [contract] = files.flatMap(file => file.RemoteLogVerifier ?? [])
  return keccak256(`0x${contract!.evm.bytecode.object}`)
}

describe('source verification', () => {
  let build: string
  before(async () => {
    build = await mkdtemp(join(tmpdir(), 'remote-log-build-'))
  })
  after(() => rm(build, { recursive: true }))

  it('sends each explorer what compiles to the very code that was deployed', async t => {
    const { hre, contracts, submissions } = await startWorld(t, build, SEPOLIA, ['etherscan', 'blockscout'])
    await verifySources(hre, SEPOLIA, contracts)
    assert.deepEqual(Object.keys(submissions).sort(), ['blockscout', 'etherscan', 'sourcify'])
    for (const { name, version, input } of Object.values(submissions)) {
      assert.match(name, /contracts\/RemoteLogVerifier\.sol:RemoteLogVerifier$/)
      assert.match(version, /^v?0\.8\.37\+commit\.[0-9a-f]{8}$/)
      assert.equal(input.settings.viaIR, true)
      assert.deepEqual(input, submissions.sourcify!.input)
    }
    assert.equal(submissions.etherscan!.constructorArguments, REGISTRY.slice(2).padStart(64, '0'))
    assert.equal(compiled(submissions.sourcify!), keccak256(RemoteLogVerifier__factory.bytecode))
  })

  it('leaves out an explorer that does not know the chain', async t => {
    const { hre, contracts, submissions } = await startWorld(t, build, CHIADO, ['blockscout'])
    await verifySources(hre, CHIADO, contracts)
    assert.deepEqual(Object.keys(submissions).sort(), ['blockscout', 'sourcify'])
  })

  it('says which explorer did not take which contract, after it tried all', async t => {
    const { hre, contracts, submissions } = await startWorld(t, build, SEPOLIA, ['etherscan', 'blockscout'])
    const nowhere = { ...contracts[0]!, address: REGISTRY }
    await assert.rejects(verifySources(hre, SEPOLIA, [nowhere, ...contracts]), {
      code: 'UNAVAILABLE',
      details: { failures: 3 },
      message: /RemoteLogVerifier, etherscan: .*\n.*RemoteLogVerifier, blockscout: /,
    })
    assert.deepEqual(Object.keys(submissions).sort(), ['blockscout', 'etherscan', 'sourcify'])
  })
})
