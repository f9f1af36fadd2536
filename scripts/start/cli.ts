import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

/** One device: its own home folder, and what its environment holds beyond this process's. */
export interface Device {
  readonly name: string
  readonly home: string
  readonly env: Readonly<Record<string, string>>
}

/** A command that did not end with exit code 0. */
export class CommandFailed extends Error {
  constructor(command: string, how: string, stderr: string) {
    super(`remote-log ${command} ${how}\n${stderr}`.trimEnd())
    this.name = 'CommandFailed'
  }
}

/** Starts processes of the command line and sees to it that none outlives this one. */
export class CommandLine {
  readonly #running = new Set<ChildProcess>()
  #stopped = false

  constructor() {
    process.on('exit', () => {
      for (const child of this.#running) child.kill('SIGKILL')
    })
  }

  start(args: readonly string[], device?: Device): ChildProcessWithoutNullStreams {
    if (this.#stopped) throw new CommandFailed(args[0] ?? '', 'was not started: stopping', '')
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('REMOTE_LOG_')),
    )
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...env, ...device?.env, ...(device && { REMOTE_LOG_HOME: device.home }) },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    child.once('exit', () => this.#running.delete(child))
    return child
  }

  /** Runs a command to its end. @throws CommandFailed */
  async run(device: Device, args: readonly string[], { input, take }: Streams): Promise<void> {
    const child = this.start(args, device)
    const errors = collect(child.stderr)
    child.stdout.on('data', take)
    const closed = once(child, 'close')
    const fed = pipeline(Readable.from(input ?? []), child.stdin).catch((error: NodeJS.ErrnoException) => {
      // A command that ends early closes its input: its own message says why, not the broken pipe here.
      const refused = error.code === 'EPIPE' || error.code === 'ERR_STREAM_PREMATURE_CLOSE'
      return refused ? undefined : error
    })
    const [code, signal] = await closed
    const unfed = await fed
    if (unfed) throw unfed
    if (code === 0) return
    throw new CommandFailed(
      args.join(' '),
      signal ? `was ended by ${signal}` : `ended with ${code}`,
      errors(),
    )
  }

  /** Runs a command with --json and resolves to the value it printed. @throws CommandFailed */
  async json<T>(device: Device, args: readonly string[], input?: AsyncIterable<Uint8Array>): Promise<T> {
    const pieces: Uint8Array[] = []
    await this.run(device, [...args, '--json'], { input, take: piece => pieces.push(piece) })
    return JSON.parse(Buffer.concat(pieces).toString()) as T
  }

  /** Asks everything that still runs to end, and waits for it. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#running].map(endProcess))
  }
}

interface Streams {
  readonly input?: AsyncIterable<Uint8Array> | undefined
  readonly take: (piece: Uint8Array) => void
}

/** Ends a process by SIGTERM and waits until it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** Collects what a process writes to a stream. */
export function collect(stream: Readable): () => string {
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  return () => Buffer.concat(pieces).toString()
}
