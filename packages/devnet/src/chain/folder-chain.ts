import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { LocalDamagedError, LockedError, UnavailableError } from '@remote-log/core'
import { callChain } from './call-chain.ts'
import { endLeftover } from './leftover.ts'
import type { LocalChain } from './local-chain.ts'

/** Seconds between two copies of the chain on disk. A kill of anvil itself loses what came after the last. */
const STATE_INTERVAL = 1

/**
 * An anvil whose chain is kept in a folder: blocks, code, storage and receipts come back on the next start. It runs
 * under a keeper (see anvil-keeper.ts) that ends it when this process ends, in whatever way.
 * @throws LOCKED (port in use), LOCAL_DAMAGED (state unreadable), UNAVAILABLE (no anvil for this platform)
 */
export async function startFolderChain(options: {
  readonly folder: string
  readonly chainId: number
  readonly port: number
}): Promise<LocalChain> {
  const { folder, chainId, port } = options
  await mkdir(folder, { recursive: true })
  const state = join(folder, 'state.json')
  const pidFile = join(folder, 'anvil.pid')
  await endLeftover(pidFile, state)

  const keeper = join(import.meta.dirname, `anvil-keeper${extname(import.meta.filename)}`)
  const chain = ['--host', '127.0.0.1', '--port', `${port}`, '--chain-id', `${chainId}`]
  const kept = ['--state', state, '--state-interval', `${STATE_INTERVAL}`]
  // An epoch of one slot: safe is one block behind, finalized two, not 32 and 64.
  const epoch = ['--slots-in-an-epoch', '1']
  const child = spawn(process.execPath, [keeper, pidFile, anvilBinary(), ...chain, ...kept, ...epoch], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own process group: a Ctrl-C in the terminal reaches this process, which then ends the chain in order.
    detached: true,
  })
  const exited = once(child, 'exit')
  try {
    const rpcUrl = `http://127.0.0.1:${await boundPort(child)}`
    return {
      rpcUrl,
      // What anvil brought back from disk is the state of its newest block alone.
      settle: async () => void (await callChain(rpcUrl, 'anvil_mine', ['0x2'])),
      async stop() {
        child.stdin?.end()
        await exited
      },
    }
  } catch (cause) {
    child.stdin?.end()
    await exited
    const said = cause instanceof Error ? cause.message : String(cause)
    if (/address already in use/i.test(said)) {
      throw new LockedError(`port ${port} is in use by another process`, { port }, cause)
    }
    const damaged = /failed to parse json/i.test(said) && (await stat(state).catch(() => undefined))
    if (damaged)
      throw new LocalDamagedError(`the chain's state in ${state} is unreadable`, { file: state }, cause)
    throw new UnavailableError(`anvil did not start: ${said}`, { folder }, cause)
  }
}

/** Resolves with the port that anvil says it listens on; rejects with what it said if it ends before. */
function boundPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', piece => {
      said += String(piece)
    })
    const lines = createInterface({ input: child.stdout! })
    lines.on('line', line => {
      const port = /^Listening on .*:([0-9]+)$/.exec(line)?.[1]
      if (port) resolve(Number(port))
    })
    child.once('error', reject)
    child.once('close', () => reject(new UnavailableError(said.trim())))
  })
}

/** The binary of this platform's package: the launcher of the main package would leave it behind when killed. */
function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${process.platform}-${arch}`
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  try {
    const main = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')
    return createRequire(main).resolve(`${name}/bin/${file}`)
  } catch (cause) {
    throw new UnavailableError(`there is no ${name}: no chain in a folder on this platform`, {}, cause)
  }
}
