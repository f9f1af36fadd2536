import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'
import { startFolderChain } from '../../packages/devnet/src/chain/folder-chain.ts'
import { startMemoryChain } from '../../packages/devnet/src/chain/memory-chain.ts'
import { ROOT } from './cli-process.ts'

/** The accounts that anvil and Hardhat fund (their mnemonic "test test … junk"); everybody knows the keys. */
export const ACCOUNTS = [
  {
    address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    key: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  },
  {
    address: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    key: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  },
  {
    address: '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
    key: '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  },
] as const

/** A chain of its own, and any method of its node. */
export interface TestChain {
  readonly rpcUrl: string
  ask(method: string, ...params: unknown[]): Promise<unknown>
  stop(): Promise<void>
}

/** A chain by anvil, a node that shares no code with Hardhat's. Its files go when it stops. */
export async function startAnvil(chainId: number): Promise<TestChain> {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-anvil-'))
  const chain = await startFolderChain({ folder, chainId, port: 0 })
  const stop = async () => {
    await chain.stop()
    await rm(folder, { recursive: true })
  }
  return { rpcUrl: chain.rpcUrl, ask: asker(chain.rpcUrl), stop }
}

/** A chain by Hardhat, in this process. */
export async function startHardhat(chainId: number): Promise<TestChain> {
  const { rpcUrl, stop } = await startMemoryChain({ chainId, port: 0 })
  return { rpcUrl, ask: asker(rpcUrl), stop }
}

function asker(rpcUrl: string): TestChain['ask'] {
  return async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }
}

export interface DeployResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const running = new Set<ChildProcess>()
// A test that fails in the middle must not leave the test run waiting for its processes.
after(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts what `npm run deploy` runs. No key but the one given, no keystore of the machine's owner, no prompt. */
export function startDeploy(
  args: readonly string[],
  key?: string,
): ChildProcessByStdio<null, Readable, Readable> {
  const { DEPLOYER_KEY: _, ...environment } = process.env
  const child = spawn(process.execPath, [join(ROOT, 'scripts/deploy.ts'), ...args], {
    cwd: ROOT,
    env: { ...environment, CI: 'true', ...(key !== undefined && { DEPLOYER_KEY: key }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Waits for the end of a process; what it printed. */
export async function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<DeployResult> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}

/** Runs the command to its end. */
export function deploy(args: readonly string[], key?: string): Promise<DeployResult> {
  return ended(startDeploy(args, key))
}

/** A contract in the command's JSON. */
export interface ReportedContract {
  readonly role: string
  readonly name: string
  readonly address: string
  readonly stoodBefore: boolean
  readonly gas?: string
  readonly cost?: string
  readonly block?: number
  readonly transaction?: string
  readonly gasUsed?: string
}

export interface Report {
  readonly chainId: number
  readonly contracts: readonly ReportedContract[]
}

/** Runs the command with --json; it has to work. */
export async function deployJson(args: readonly string[], key?: string): Promise<Report> {
  const result = await deploy([...args, '--json'], key)
  if (result.code !== 0)
    throw new Error(`deploy ${args.join(' ')} ended with ${result.code}: ${result.stderr}`)
  return JSON.parse(result.stdout) as Report
}
