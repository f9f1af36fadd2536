import { existsSync } from 'node:fs'
import type { KeySigner } from '@remote-log/client'
import {
  type Address,
  formatLogId,
  InvalidArgumentError,
  type LogId,
  parseAddress,
  parseLogId,
} from '@remote-log/core'
import type { Command } from 'commander'
import { alreadyThere, type Config, gatewaysOf, makeHome, type Network, writeConfig } from '../config.ts'
import { type DevnetFacts, locateDevnetFile, readDevnetFile } from '../devnet-file.ts'
import { addEvidence, type EvidenceOptions, evidenceFor } from '../evidence.ts'
import { type Home, homeAt } from '../home.ts'
import { chooseKey, type KeyOptions, keepKey } from '../key.ts'
import { findOwnStamps } from '../own-stamps.ts'
import { parseBatch, parseCount, parseTopicOption, parseUrl } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

interface Options extends GlobalOptions, KeyOptions, EvidenceOptions {
  readonly devnet?: string
  readonly rpc?: string
  readonly bee?: readonly string[]
  readonly registry?: string
  readonly chainId?: number
  readonly batch?: string
  readonly topic?: string
  readonly log?: string
  readonly lanes?: string
  readonly asWriter?: boolean
  readonly feed?: boolean
  readonly anchorEvery?: number
  readonly relayer?: string
  readonly ownStamps?: boolean
  readonly postageRpc?: string
  readonly postageContract?: Address
}

export function addInit(program: Command, runtime: Runtime): void {
  const command = program
    .command('init')
    .description('Set up one log on this device: an own one to write, or with --log one to read.')
    .option('--devnet <path>', 'folder of a devnet, or its devnet.json: stands for the next five options')
    .option('--rpc <url>', 'RPC provider of the chain', parseUrl)
    .option('--bee <url>', 'Bee node or gateway; several: give it again, the one to write to first', addUrl)
    .option('--registry <address>', 'the registry contract')
    .option('--chain-id <id>', 'EIP-155 id of the chain', parseCount)
    .option('--batch <id>', 'postage batch that pays for writing (it can be bought later)', parseBatch)
    .option('--own-stamps', 'the log’s own key pays and stamps: any gateway takes what is published')
    .option(
      '--postage-rpc <url>',
      'with --own-stamps: RPC provider of the chain that sells postage (default: the log’s)',
      parseUrl,
    )
    .option(
      '--postage-contract <address>',
      'with --own-stamps: the PostageStamp contract (default: the devnet’s, or Swarm’s on Gnosis and Sepolia)',
      (text: string): Address => parseAddress(text),
    )
    .option('--topic <name>', 'what the log is about: a name, or 0x and 64 hex digits')
    .option('--log <id>', 'read this log (remotelog:…): no key, no topic')
    .option('--as-writer', 'with --log: write to it with an own key, which its owner authorized as a writer')
    .option(
      '--lanes <id>',
      'read all logs of this list (remotelog:…), one for each device of a person: help lane',
    )
    .option('--feed', 'publish to a Swarm feed without gas, or look there too (help publish)')
    .option(
      '--anchor-every <count>',
      'with --feed: move the head in the registry after so many entries (else by publish --anchor)',
      parseCount,
    )
    .option('--relayer <url>', 'post signed heads there, whoever it is pays the gas', parseUrl)
    .option('--devnet-account <n>', 'write with the n-th funded account of the devnet', parseCount)
    .option('--mnemonic-file <file>', 'file with the seed phrase that the key is of; - is standard input')
    .option('--account <n>', 'which account of the seed phrase (default 0)', parseCount)
    .option(
      '--no-key-file',
      'keep no key on this device: REMOTE_LOG_KEY or REMOTE_LOG_MNEMONIC is needed for each write',
    )
    .option(
      '--password-file <file>',
      'file with the password of the key file (else REMOTE_LOG_PASSWORD or a prompt)',
    )
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const home = homeAt(options.home, runtime.env)
      if (existsSync(home.config)) throw alreadyThere(home.config)
      const { log, role, key, unpaid, lanes } = await initialise(runtime, home, options)
      const result = { log: formatLogId(log), owner: log.owner, role, home: home.folder }
      if (options.json)
        return runtime.stdout.json({ ...result, ...(lanes && { lanes }), ...(key && { key }) })
      await runtime.stdout.write(
        role === 'writer'
          ? `This device writes ${result.log}\nwith the key of ${key}. Readers need the first line: remote-log init --log …\n${unpaid ? (options.ownStamps ? NO_OWN_BATCH : NO_BATCH) : ''}`
          : `This device reads ${lanes ? 'all lanes of ' : ''}${result.log}\n`,
      )
    })
  addEvidence(command)
}

interface Initialised {
  readonly log: LogId
  readonly role: 'writer' | 'reader'
  readonly lanes?: true
  /** The account that this device signs with. */
  readonly key?: Address
  /** Whether no batch is configured that pays for writing. */
  readonly unpaid: boolean
}

function initialise(runtime: Runtime, home: Home, options: Options): Promise<Initialised> {
  const { log, lanes, asWriter } = options
  if (log !== undefined && lanes !== undefined) {
    throw new InvalidArgumentError('--log and --lanes exclude each other: one home, one of them', {})
  }
  if (asWriter && log === undefined) {
    throw new InvalidArgumentError('--as-writer needs --log: the log that is written to', {
      option: '--as-writer',
    })
  }
  if (log === undefined && lanes === undefined) return own(runtime, home, options)
  return foreign(runtime, home, options)
}

async function own(runtime: Runtime, home: Home, options: Options): Promise<Initialised> {
  const topic = parseTopicOption(required(options.topic, '--topic', "or --log, to read somebody's log"))
  const devnet = await findDevnet(options)
  const registry = devnet
    ? devnet.facts.registry
    : parseAddress(required(options.registry, '--registry', 'or --devnet'))
  const chainId = devnet ? devnet.facts.chainId : required(options.chainId, '--chain-id', 'or --devnet')
  const network = devnet ? { devnet: devnet.file } : explicitNetwork(options)
  demandSecondNode(options, network)
  const key = await newKey(runtime, home, options, devnet?.facts)
  const owner = parseAddress(key.address)
  const log: LogId = { chainId, registry, owner, topic }
  const { stamps, ...stamping } = await stampingOf(runtime, options, log, network, devnet?.facts)
  await keep(runtime, home, key, options)
  const { relayer, ownStamps } = options
  await writeConfig(home, {
    log,
    role: 'writer',
    account: accountOf(options),
    ...settingsOf(options),
    relayer,
    stamps,
    ...stamping,
    network,
  })
  const unpaid = ownStamps ? stamps === undefined : isUnpaid(network)
  return { log, role: 'writer', key: owner, unpaid }
}

/** Who pays where the own key does. */
async function stampingOf(
  runtime: Runtime,
  { ownStamps, postageRpc: rpc, postageContract, batch }: Options,
  log: LogId,
  network: Config['network'],
  devnet: DevnetFacts | undefined,
): Promise<Pick<Config, 'stamps' | 'ownStamps'>> {
  if (!ownStamps) {
    if (rpc === undefined && postageContract === undefined) return {}
    throw new InvalidArgumentError('--postage-rpc and --postage-contract need --own-stamps', {})
  }
  const contract = postageContract ?? (rpc === undefined ? devnet?.postage : undefined)
  const logRpc = 'rpc' in network ? network.rpc : devnet!.rpcUrl
  const found = await findOwnStamps(runtime, log, { rpc, contract, batch }, logRpc)
  return {
    stamps: found.stamps,
    ownStamps: { ...(rpc !== undefined && { rpc }), ...(!devnet && { contract: found.contract }) },
  }
}

/** Chooses the key of this device. */
async function newKey(
  runtime: Runtime,
  home: Home,
  options: Options,
  devnet: DevnetFacts | undefined,
): Promise<KeySigner> {
  if (existsSync(home.key)) throw alreadyThere(home.key)
  return await chooseKey(runtime, options, devnet?.accounts)
}

async function keep(runtime: Runtime, home: Home, key: KeySigner, options: Options): Promise<void> {
  await makeHome(home)
  if (options.keyFile) await keepKey(runtime, home, key, options)
}

/** Where there is no key file, the account has to be found again. */
function accountOf({ account, keyFile }: Options): number | undefined {
  return keyFile ? undefined : account
}

function isUnpaid(network: Config['network']): boolean {
  return !('devnet' in network) && network.batch === undefined
}

async function foreign(runtime: Runtime, home: Home, options: Options): Promise<Initialised> {
  const { asWriter, lanes } = options
  checkForeign(options)
  const log = parseLogId(lanes ?? required(options.log, '--log', ''))
  const devnet = await findDevnet(options)
  if (devnet && (devnet.facts.chainId !== log.chainId || devnet.facts.registry !== log.registry)) {
    throw new InvalidArgumentError(
      `the log is on chain ${log.chainId} at registry ${log.registry}, this devnet is chain ${devnet.facts.chainId} with registry ${devnet.facts.registry}`,
      { log: formatLogId(log) },
    )
  }
  const network = devnet ? { devnet: devnet.file } : explicitNetwork(options)
  demandSecondNode(options, network)
  if (asWriter) {
    const key = await newKey(runtime, home, options, devnet?.facts)
    const account = accountOf(options)
    await keep(runtime, home, key, options)
    await writeConfig(home, { log, role: 'writer', asWriter, account, ...settingsOf(options), network })
    return { log, role: 'writer', key: parseAddress(key.address), unpaid: isUnpaid(network) }
  }
  await makeHome(home)
  const list = lanes === undefined ? {} : { lanes: true as const }
  await writeConfig(home, { log, role: 'reader', ...list, ...settingsOf(options), network })
  return { log, role: 'reader', ...list, unpaid: false }
}

function checkForeign(options: Options): void {
  const { asWriter, feed } = options
  for (const [name, option] of [
    ['relayer', '--relayer'],
    ['ownStamps', '--own-stamps'],
  ] as const) {
    if (options[name] === undefined) continue
    throw new InvalidArgumentError(`${option} is for own logs: leave it out`, { option })
  }
  if (asWriter && feed) {
    throw new InvalidArgumentError(
      "a feed is the owner's: a writer publishes to the chain, leave out --feed",
      {
        option: '--feed',
      },
    )
  }
  const keys = asWriter ? [] : (['devnetAccount', 'mnemonicFile', 'account'] as const)
  for (const name of ['topic', 'registry', 'chainId', ...keys] as const) {
    if (options[name] === undefined) continue
    throw new InvalidArgumentError(
      '--log or --lanes says it all: leave out --topic, --registry, --chain-id, and what names a key',
      { option: name },
    )
  }
}

function settingsOf(options: Options): Pick<Config, 'feed' | 'evidence' | 'readBack'> {
  const { evidence, readBack } = options
  return { feed: feedOf(options), evidence, readBack }
}

/** Better now than at the first publish. */
function demandSecondNode(options: Options, network: Config['network']): void {
  evidenceFor(options, {}, 'bee' in network ? gatewaysOf(network) : [])
}

function feedOf({ feed, anchorEvery }: Options): Config['feed'] {
  if (feed) return anchorEvery === undefined ? {} : { anchorEvery: Math.max(1, anchorEvery) }
  if (anchorEvery === undefined) return undefined
  throw new InvalidArgumentError('--anchor-every needs --feed', { option: '--anchor-every' })
}

async function findDevnet({
  devnet,
  ...options
}: Options): Promise<{ file: string; facts: DevnetFacts } | undefined> {
  if (devnet === undefined) return undefined
  for (const name of ['rpc', 'bee', 'registry', 'chainId', 'batch'] as const) {
    if (options[name] === undefined || (name === 'batch' && options.ownStamps)) continue
    throw new InvalidArgumentError(
      '--devnet stands for --rpc, --bee, --registry, --chain-id and --batch: leave them out',
      {},
    )
  }
  const file = await locateDevnetFile(devnet)
  return { file, facts: await readDevnetFile(file) }
}

function addUrl(url: string, before: readonly string[] = []): readonly string[] {
  if (before.includes(parseUrl(url))) {
    throw new InvalidArgumentError(`--bee ${url} is given twice: name each one once`, { option: '--bee' })
  }
  return [...before, url]
}

function explicitNetwork({ rpc, bee, batch }: Options): Network & Config['network'] {
  const [first, ...others] = required(bee, '--bee', 'or --devnet') as readonly [string, ...string[]]
  return {
    rpc: required(rpc, '--rpc', 'or --devnet'),
    bee: first,
    ...(others.length > 0 && { gateways: others }),
    ...(batch !== undefined && { batch }),
  }
}

function required<T>(value: T | undefined, option: string, otherwise: string): T {
  if (value === undefined) throw new InvalidArgumentError(`${option} is missing (${otherwise})`, { option })
  return value
}

const NO_BATCH = `Nothing pays for publishing yet: remote-log postage buy --size 100MB --days 90 --use (or postage own buy)
`

const NO_OWN_BATCH = `Nothing pays for publishing yet. When the key has BZZ and ether for gas:
remote-log postage own buy --size 100MB --days 90
`

const HELP = `
The key of an own log is the one in REMOTE_LOG_KEY, that of a seed phrase (--mnemonic-file, REMOTE_LOG_MNEMONIC), the
devnet's account, or else a new one. It is kept encrypted in the home folder (Web3 Secret Storage, as wallets read it);
the password comes from --password-file, REMOTE_LOG_PASSWORD or a prompt. Nothing that is there is overwritten. Without --batch entries can be appended; to publish
them, buy one: remote-log postage buy --use (the Bee node pays) or postage own buy --use (the key pays).

With --own-stamps no Bee node pays, not the devnet's either: the log's key buys its batch (remote-log postage own buy, or
--batch for one that it owns already), and this device stamps each chunk with it, so that any node or gateway takes the
upload. No other device may stamp for the same batch.

Examples:
  $ remote-log init --devnet ./net --devnet-account 0 --topic notes
  $ remote-log init --devnet ./net --devnet-account 0 --topic notes --feed --anchor-every 100
  $ remote-log init --devnet ./net --devnet-account 0 --topic notes --own-stamps
  $ remote-log init --devnet ./net --topic notes --relayer https://relayer.example/heads
  $ remote-log init --devnet ./net --topic notes --mnemonic-file ./phrase && remote-log sync
  $ remote-log --home ./bob init --devnet ./net --log remotelog:31337/0x…/0x…/0x…
  $ remote-log --home ./phone init --devnet ./net --log remotelog:31337/0x…/0x…/0x… --as-writer
  $ remote-log --home ./bob init --devnet ./net --lanes remotelog:31337/0x…/0x…/0x…
  $ remote-log init --devnet ./net --topic notes --evidence sample --read-back http://another.example:1633
  $ remote-log init --rpc https://rpc.example --bee http://localhost:1633 --registry 0x… --chain-id 100 \\
      --batch … --topic notes
  $ remote-log init --rpc https://rpc.example --bee https://gateway.example --bee https://another.example \\
      --log remotelog:100/0x…/0x…/0x…
`
