import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { connect, createKey, type RemoteLog } from '@remote-log/client'
import {
  decodePage,
  EntryProver,
  type LogId,
  logHash,
  pagePayload,
  parseAddress,
  parseReference,
  parseTopic,
  type Reference,
  topicOf,
} from '@remote-log/core'
import { type BeeNode, startBeeNode } from '@remote-log/devnet'
import {
  authorizeWriter,
  linkName,
  RegistryNameSystem,
  resolveLogName,
  revokeWriter,
  setNameResolver,
  signerOf,
} from '@remote-log/ethereum'
import { SwarmStore } from '@remote-log/swarm'
import {
  Contract,
  ContractFactory,
  EnsPlugin,
  type InterfaceAbi,
  id,
  JsonRpcProvider,
  Network,
  namehash,
  parseEther,
  toUtf8String,
  Wallet,
  ZeroHash,
} from 'ethers'
import type { RemoteLogVerifier } from '../../packages/ethereum/src/generated/RemoteLogVerifier.ts'
import { RemoteLogVerifier__factory } from '../../packages/ethereum/src/generated/RemoteLogVerifier__factory.ts'
import { compileContract } from './compile-contract.ts'
import { ACCOUNTS, deployJson, startAnvil, type TestChain } from './deploy-process.ts'

const CHAIN_ID = 31_337
/** Alice owns the name and the log. Bob bets on it. Carol keeps the chain: she has ENS and deploys. */
const [ALICE, BOB, CAROL] = ACCOUNTS
const TOPIC = topicOf('results')

/** More than one node of the directory lists: 85 pages of 4 KiB. */
const ENTRIES = 1600
/** The time of entry 0, ms. Fixed, as pages end elsewhere with other times. */
const START = 1_700_000_000_000
/** The entry that the bet is about. */
const VERDICT = 700
const TEXTS = Array.from({ length: ENTRIES }, (_, seq) =>
  seq === VERDICT ? 'yes' : `result ${seq} ${String(seq % 10).repeat(240)}`,
)

/** ENS's registry as its authors published it (npm `@ensdomains/ens` 0.6.2, a truffle artifact). */
const ENS_REGISTRY = createRequire(import.meta.url)('@ensdomains/ens/build/contracts/ENSRegistry.json') as {
  readonly abi: InterfaceAbi
  readonly bytecode: string
}

/** ENS with `alice.eth` for Alice. Returns its address. */
async function placeEns(carol: Wallet): Promise<string> {
  const factory = new ContractFactory(ENS_REGISTRY.abi, ENS_REGISTRY.bytecode, carol)
  const deployed = await (await factory.deploy()).waitForDeployment()
  const ens = new Contract(await deployed.getAddress(), ENS_REGISTRY.abi, carol)
  for (const [parent, label, owner] of [
    [ZeroHash, 'eth', CAROL.address],
    [namehash('eth'), 'alice', ALICE.address],
  ] as const) {
    await (await ens.getFunction('setSubnodeOwner')(parent, id(label), owner)).wait()
  }
  return deployed.getAddress()
}

/** ethers as anybody sets it up who wants ENS on a chain that ethers does not know. */
function ethersOn(rpcUrl: string, ens?: string): JsonRpcProvider {
  const network = new Network('local', CHAIN_ID)
  if (ens !== undefined) network.attachPlugin(new EnsPlugin(ens, CHAIN_ID))
  // Without its cache, which would answer with what stood before a publish.
  return new JsonRpcProvider(rpcUrl, network, {
    staticNetwork: network,
    cacheTimeout: -1,
    pollingInterval: 20,
  })
}

/** The proof of an entry, from chunks of a Bee node. */
async function prove(store: SwarmStore, log: LogId, head: Reference, seq: number): Promise<Uint8Array> {
  const prover = new EntryProver(head, logHash(log), seq)
  for (let wanted = prover.wanted(); wanted.length > 0; wanted = prover.wanted()) {
    for (const reference of wanted) prover.supply(reference, await store.get(reference))
  }
  return prover.proof().bytes
}

/** The verifier's error that a call ends with. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const thrown: unknown = await call.then(
    () => assert.fail('it was not refused'),
    error => error,
  )
  const { data } = thrown as { data?: unknown }
  const error =
    typeof data === 'string' ? RemoteLogVerifier__factory.createInterface().parseError(data) : null
  if (error === null) throw thrown
  return error.name
}

describe('a log from deployment to a contract that acts on one of its entries', () => {
  let chain: TestChain | undefined
  /** The phone's Bee node, and another one of the same network. */
  let bee: BeeNode | undefined
  let otherBee: BeeNode | undefined
  let ethers: JsonRpcProvider | undefined
  let phone: RemoteLog | undefined

  /** Known when the contracts stand. */
  let at: { rpcUrl: string; ens: string; resolver: string; verifier: RemoteLogVerifier; log: LogId }
  /** Known when the log is published: what ENS says is its head. */
  let head: Reference
  let proof: Uint8Array

  const phoneKey = createKey()
  const alice = () => ({
    provider: at.rpcUrl,
    registry: at.log.registry,
    chainId: CHAIN_ID,
    signer: signerOf(ALICE.key),
    pollMs: 20,
  })
  const otherStore = () => new SwarmStore({ url: otherBee!.url })
  const contentHash = async (name: string) => (await ethers!.getResolver(name))!.getContentHash()

  before(async () => {
    chain = await startAnvil(CHAIN_ID)
    bee = await startBeeNode()
    otherBee = await startBeeNode({ peers: bee })
  })
  after(async () => {
    ethers?.destroy()
    const ends = await Promise.allSettled([phone?.close(), otherBee?.stop(), bee?.stop(), chain?.stop()])
    assert.deepEqual(
      ends.filter(({ status }) => status === 'rejected'),
      [],
    )
  })

  test('one command deploys registry, verifier and resolver to a fresh chain with ENS', async () => {
    const { rpcUrl } = chain!
    const plain = ethersOn(rpcUrl)
    const ens = await placeEns(new Wallet(CAROL.key, plain)).finally(() => plain.destroy())
    const account = ['--place-createx', '--account', CAROL.address]
    const { contracts } = await deployJson(['--rpc', rpcUrl, ...account, '--ens', ens])
    assert.deepEqual(
      contracts.map(({ role, stoodBefore }) => [role, stoodBefore]),
      [
        ['registry', false],
        ['verifier', false],
        ['resolver', false],
      ],
    )
    const [registry, verifier, resolver] = contracts.map(({ address }) => address) as [string, string, string]
    ethers = ethersOn(rpcUrl, ens)
    at = {
      rpcUrl,
      ens,
      resolver,
      verifier: RemoteLogVerifier__factory.connect(verifier, ethers),
      log: {
        chainId: CHAIN_ID,
        registry: parseAddress(registry),
        owner: parseAddress(ALICE.address),
        topic: TOPIC,
      },
    }
    assert.equal(await at.verifier.REGISTRY(), registry)
  })

  test('the owner of a name links it to a log, which has no head yet', async () => {
    const options = { ...alice(), resolver: parseAddress(at.resolver) }
    await setNameResolver(options, 'alice.eth')
    const { resolves } = await linkName(options, 'alice.eth', at.log)
    assert.equal(resolves, true)
    assert.equal(await contentHash('alice.eth'), null)
  })

  test('a phone may publish once the owner has authorized its key, and what waited is published then', async () => {
    const carol = new Wallet(CAROL.key, ethers!)
    await (await carol.sendTransaction({ to: phoneKey.address, value: parseEther('1') })).wait()
    phone = await connect({
      log: at.log,
      bee: bee!.url,
      batch: await bee!.grantBatch(),
      rpc: at.rpcUrl,
      signer: phoneKey,
      asWriter: true,
    })
    await phone.appendMany(TEXTS.map((payload, seq) => ({ payload, timestamp: START + 1000 * seq })))
    await assert.rejects(phone.publish(), { code: 'READ_ONLY' })
    assert.equal((await phone.head()).head, undefined)

    const expiry = Math.floor(Date.now() / 1000) + 3600
    await authorizeWriter(alice(), { topic: TOPIC, writer: parseAddress(phoneKey.address), expiry })
    const { entries, publication } = await phone.publish()
    assert.equal(entries, ENTRIES)
    const sent = await ethers!.getTransaction(publication!.transaction!)
    assert.equal(sent!.from, phoneKey.address)
  })

  test('who knows the name alone finds the head by ethers and reads the log from Swarm', async () => {
    const resolver = await ethers!.getResolver('alice.eth')
    const [, uri] = /^bzz:\/\/([0-9a-f]{64})$/.exec((await resolver!.getContentHash())!)!
    head = parseReference(uri!)
    const named = /^eip155:(\d+):(0x\w{40})$/.exec((await resolver!.getText('remotelog.registry'))!)!
    const log: LogId = {
      chainId: Number(named[1]),
      registry: parseAddress(named[2]!),
      owner: parseAddress((await resolver!.getAddress())!),
      topic: parseTopic((await resolver!.getText('remotelog.topic'))!),
    }
    assert.deepEqual(log, at.log)
    const stated = await new RegistryNameSystem({ ...alice(), signer: undefined }).head(log)
    assert.equal(stated.head, head)
    assert.equal(await contentHash('results.alice.eth'), `bzz://${head}`)
    const ens = { provider: at.rpcUrl, chainId: CHAIN_ID, ens: parseAddress(at.ens) }
    assert.deepEqual((await resolveLogName(ens, 'alice.eth')).head, head)

    const page = decodePage(pagePayload(await otherStore().get(head), head), {
      kind: 'head',
      log: logHash(log),
      reference: head,
    })
    assert.ok(page.roots!.sealedPages > 85, `${page.roots!.sealedPages} sealed pages`)

    const bob = await connect({ log, bee: otherBee!.url, rpc: at.rpcUrl })
    const statement = await bob.sync()
    assert.deepEqual([statement.complete, statement.entries, statement.head], [true, ENTRIES, head])
    const read: string[] = []
    for await (const entry of bob.read()) read.push(await entry.text())
    assert.deepEqual(read, TEXTS)
    await bob.close()
  })

  test('the chain verifies an entry by a proof from chunks of a Bee node', async () => {
    proof = await prove(otherStore(), at.log, head, VERDICT)
    const { owner, topic } = at.log
    const { data, byReference } = await at.verifier.entryOf(owner, topic, VERDICT, proof)
    assert.deepEqual([toUtf8String(data), byReference], ['yes', false])
  })

  test('a wrong proof is refused', async () => {
    const ask = (bytes: Uint8Array, seq = VERDICT) =>
      refusal(at.verifier.entryOf(at.log.owner, at.log.topic, seq, bytes))
    assert.equal(await ask(proof.subarray(0, -1)), 'ProofTooShort')
    assert.equal(await ask(Uint8Array.from([...proof, 0])), 'ProofTooLong')
    assert.equal(await ask(proof, 0), 'WrongPage')
    assert.equal(await ask(proof, ENTRIES), 'ProofTooLong')
    for (let byte = 0; byte < proof.length; byte += 67) {
      const flipped = proof.slice()
      flipped[byte]! ^= 1
      await ask(flipped)
    }
    const other = at.verifier.entryOf(at.log.owner, topicOf('other'), VERDICT, proof)
    assert.equal(await refusal(other), 'WrongHead')
  })

  test('a contract acts on what the entry says, and does not by a wrong proof', async () => {
    // The example of docs/contracts-reading.md.
    const { abi, bytecode } = compileContract('test/contracts/proofs/Bet.sol')
    const bob = new Wallet(BOB.key, ethers!)
    const { owner, topic } = at.log
    const verifier = await at.verifier.getAddress()
    const deployed = await new ContractFactory(abi, bytecode, bob).deploy(verifier, owner, topic, VERDICT)
    const bet = new Contract(await (await deployed.waitForDeployment()).getAddress(), abi, bob)
    const settle = bet.getFunction('settle')

    const ofAnother = await prove(otherStore(), at.log, head, VERDICT + 1)
    assert.equal(await refusal(settle.staticCall(ofAnother)), 'SegmentsNotRead')
    const sent = await settle(ofAnother, { gasLimit: 1_000_000 })
    await assert.rejects(sent.wait(), { code: 'CALL_EXCEPTION' })
    assert.equal(await bet.getFunction('isSettled')(), false)

    await (await settle(proof)).wait()
    assert.equal(await bet.getFunction('isSettled')(), true)
    assert.equal(await bet.getFunction('isYes')(), true)
  })

  test('revoked, the phone publishes no more; the owner does, and old proofs end with the old head', async () => {
    await revokeWriter(alice(), { topic: TOPIC, writer: parseAddress(phoneKey.address) })
    await phone!.append('too late')
    await assert.rejects(phone!.publish(), { code: 'READ_ONLY' })
    assert.equal(await contentHash('alice.eth'), `bzz://${head}`)

    const owner = await connect({
      log: at.log,
      bee: bee!.url,
      batch: await bee!.grantBatch(),
      rpc: at.rpcUrl,
      signer: signerOf(ALICE.key),
    })
    await owner.append('from the owner')
    const published = await owner.publish()
    await owner.close()
    assert.equal(published.published, ENTRIES + 1)
    assert.equal(await contentHash('alice.eth'), `bzz://${published.head}`)

    const ask = (bytes: Uint8Array, seq: number) =>
      at.verifier.entryOf(at.log.owner, at.log.topic, seq, bytes)
    assert.equal(await refusal(ask(proof, VERDICT)), 'WrongHead')
    const [verdict, newest] = [
      await ask(await prove(otherStore(), at.log, published.head!, VERDICT), VERDICT),
      await ask(await prove(otherStore(), at.log, published.head!, ENTRIES), ENTRIES),
    ]
    assert.deepEqual([toUtf8String(verdict.data), toUtf8String(newest.data)], ['yes', 'from the owner'])
  })
})
