import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { DEVNET_FILE, type DevnetFacts } from '../devnet-file.ts'
import { parsePort } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import { startProgress } from '../progress.ts'
import type { Runtime } from '../runtime.ts'

interface Options extends GlobalOptions {
  readonly folder?: string
  readonly beePort?: number
  readonly rpcPort?: number
}

export function addDevnet(program: Command, runtime: Runtime): void {
  program
    .command('devnet')
    .description('Run a local chain and a Bee-compatible node for development, until Ctrl-C.')
    .option('--folder <dir>', 'keep everything in this folder: started again on it, the network is as it was')
    .option('--bee-port <port>', 'port of the Bee node (default: any that is free)', parsePort)
    .option('--rpc-port <port>', 'port of the chain (default: any that is free)', parsePort)
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

async function startDevnet(folder: string | undefined, { beePort, rpcPort }: Options) {
  // Hardhat and the Bee node take a second to load: only this command pays for it.
  const devnet = await import('@remote-log/devnet')
  return devnet.startDevnet({
    ...(folder !== undefined && { folder }),
    ...(beePort !== undefined && { beePort }),
    ...(rpcPort !== undefined && { rpcPort }),
  })
}

/** What a devnet in memory can't leave in a folder of its own: where other processes find it. */
async function writeNotes(
  folder: string,
  { rpcUrl, beeUrl, chainId, registry, batch, accounts }: DevnetFacts,
): Promise<void> {
  const text = JSON.stringify({ rpcUrl, beeUrl, chainId, registry, batch, accounts }, undefined, 2)
  await writeFile(join(folder, DEVNET_FILE), `${text}\n`)
}

async function announce(
  { stdout }: Runtime,
  { rpcUrl, beeUrl, chainId, registry, batch, accounts }: DevnetFacts,
  folder: string,
  { kept, json }: { kept: boolean; json: boolean },
): Promise<void> {
  if (json) {
    const addresses = accounts.map(({ address }) => address)
    return stdout.json({ rpcUrl, beeUrl, chainId, registry, batch, folder, accounts: addresses })
  }
  await stdout.write(`Chain     ${rpcUrl} (chain id ${chainId})
Bee node  ${beeUrl}
Registry  ${registry}
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

Examples:
  $ remote-log devnet
  $ remote-log devnet --folder ./net
  $ remote-log devnet --folder ./net --bee-port 1633 --rpc-port 8545
  $ remote-log devnet --json
`
