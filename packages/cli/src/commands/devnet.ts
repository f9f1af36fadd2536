import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { DEVNET_FILE, type DevnetFacts } from '../devnet-file.ts'
import { parseCount, parsePort } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import { startProgress } from '../progress.ts'
import type { Runtime } from '../runtime.ts'

interface Options extends GlobalOptions {
  readonly folder?: string
  readonly beePort?: number
  readonly rpcPort?: number
  readonly poor?: boolean
  readonly poorAllowance?: number
  readonly poorBurst?: number
  readonly startup?: number
}

export function addDevnet(program: Command, runtime: Runtime): void {
  program
    .command('devnet')
    .description('Run a local chain and a Bee-compatible node for development, until Ctrl-C.')
    .option('--folder <dir>', 'keep everything in this folder: started again on it, the network is as it was')
    .option('--bee-port <port>', 'port of the Bee node (default: any that is free)', parsePort)
    .option('--rpc-port <port>', 'port of the chain (default: any that is free)', parsePort)
    .option('--poor', 'the node pays its peers in time alone, as a Bee without a chequebook does')
    .option('--poor-allowance <chunks>', 'chunks a second of a poor node (default: 10)', parseCount)
    .option(
      '--poor-burst <chunks>',
      'chunks that a poor node may move at once after a pause (default: 300)',
      parseCount,
    )
    .option('--startup <ms>', 'answer 503 for so long, as a node does that still syncs', parseCount)
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const folder = options.folder === undefined ? undefined : resolve(options.folder)
      const progress = startProgress(runtime, 'starting the devnet')
      const devnet = await startDevnet(folder, options).finally(() => progress.stop())
      const notes = folder ?? (await mkdtemp(join(tmpdir(), 'remote-log-devnet-')))
      try {
        if (folder === undefined) await writeNotes(notes, devnet)
        await announce(runtime, devnet, notes, { kept: folder !== undefined, json: options.json ?? false })
        if (!runtime.signal.aborted) await once(runtime.signal, 'abort')
      } finally {
        await devnet.stop()
        if (folder === undefined) await rm(notes, { recursive: true, force: true })
      }
    })
}

async function startDevnet(folder: string | undefined, options: Options) {
  const { beePort, rpcPort, poorAllowance, poorBurst, startup } = options
  const poor = options.poor || poorAllowance !== undefined || poorBurst !== undefined
  // Hardhat and the Bee node take a second to load: only this command pays for it.
  const devnet = await import('@remote-log/devnet')
  return devnet.startDevnet({
    ...(folder !== undefined && { folder }),
    ...(beePort !== undefined && { beePort }),
    ...(rpcPort !== undefined && { rpcPort }),
    bee: {
      startupMs: startup,
      poor: poor ? { allowancePerSecond: poorAllowance, burst: poorBurst } : undefined,
    },
  })
}

/** What a devnet in memory can't leave in a folder of its own: where other processes find it. */
async function writeNotes(
  folder: string,
  { rpcUrl, beeUrl, chainId, registry, postage, batch, accounts }: DevnetFacts,
): Promise<void> {
  const text = JSON.stringify({ rpcUrl, beeUrl, chainId, registry, postage, batch, accounts }, undefined, 2)
  await writeFile(join(folder, DEVNET_FILE), `${text}\n`)
}

async function announce(
  { stdout }: Runtime,
  { rpcUrl, beeUrl, chainId, registry, postage, batch, accounts }: DevnetFacts,
  folder: string,
  { kept, json }: { kept: boolean; json: boolean },
): Promise<void> {
  if (json) {
    const addresses = accounts.map(({ address }) => address)
    return stdout.json({ rpcUrl, beeUrl, chainId, registry, postage, batch, folder, accounts: addresses })
  }
  await stdout.write(`Chain     ${rpcUrl} (chain id ${chainId})
Bee node  ${beeUrl}
Registry  ${registry}
Postage   ${postage}
Batch     ${batch}
Folder    ${folder} (${kept ? 'kept: start again on it to go on' : 'removed at the end, like everything else'})

To write a log, in another terminal:
  REMOTE_LOG_PASSWORD=secret remote-log --home ./alice init --devnet ${quote(folder)} --devnet-account 0 --topic notes

Ctrl-C stops the devnet.
`)
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

const HELP = `
Its accounts are funded, its keys public, its stamps free: nothing on it has value.

A poor node takes uploads at once but moves them to the network slowly, so that publishing takes as long as it may on the
real one: see packages/devnet/README.md.

Examples:
  $ remote-log devnet
  $ remote-log devnet --folder ./net
  $ remote-log devnet --folder ./net --bee-port 1633 --rpc-port 8545
  $ remote-log devnet --poor --poor-allowance 4
  $ remote-log devnet --json
`
