import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'

export const ROOT = resolve(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'packages/cli/src/main.ts')

export interface Result {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly home?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  readonly cwd?: string
}

const running = new Set<ChildProcessWithoutNullStreams>()
// A test that fails in the middle must not leave the test run waiting for its processes.
after(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the real command as a process of its own. Its standard input stays open. */
export function startCli(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('REMOTE_LOG_')),
  )
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...env, ...(options.home !== undefined && { REMOTE_LOG_HOME: options.home }), ...options.env },
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Waits for the end of a process; what it printed. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Result> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, signal, stdout, stderr }
}

/** Runs the command to its end. */
export async function cli(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const child = startCli(args, options)
  child.stdin.on('error', () => {}) // A command that fails early does not read its input.
  child.stdin.end(options.input ?? '')
  return ended(child)
}

/** Runs the command with --json and parses the one value that it prints. */
export async function cliJson<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
  const result = await cli([...args, '--json'], options)
  if (result.code !== 0)
    throw new Error(`remote-log ${args.join(' ')} ended with ${result.code}: ${result.stderr}`)
  return JSON.parse(result.stdout) as T
}

export interface RunningDevnet {
  readonly folder: string
  readonly rpcUrl: string
  readonly beeUrl: string
  readonly chainId: number
  readonly registry: string
  readonly batch: string
  /** Ends it as Ctrl-C does. */
  stop(): Promise<Result>
}

/** Starts `remote-log devnet` on a folder and waits until it is ready. */
export async function devnetProcess(folder: string, ...more: readonly string[]): Promise<RunningDevnet> {
  const child = startCli(['devnet', '--folder', folder, '--json', ...more])
  const result = ended(child)
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    result.then(({ code, stderr }) => {
      throw new Error(`the devnet ended with ${code}: ${stderr}`)
    }),
  ])
  const stop = () => {
    child.kill('SIGINT')
    return result
  }
  return { ...JSON.parse(String(line)), stop }
}

/** The lines of JSON in a command's output. */
export function jsonLines<T>(stdout: string): T[] {
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T)
}
