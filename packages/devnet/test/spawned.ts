import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A running node-process.ts and what it said when it was up. */
export interface Spawned<T> {
  readonly child: ChildProcess
  readonly said: T
  /** Sends a signal and resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>
}

export async function spawnNode<T>(...args: readonly string[]): Promise<Spawned<T>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'node-process.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const line = await Promise.race([
    once(createInterface({ input: child.stdout! }), 'line').then(([text]) => text as string),
    exited.then(([code]) => Promise.reject(new Error(`ended with ${code} before it was up`))),
  ])
  return {
    child,
    said: JSON.parse(line) as T,
    async end(signal) {
      child.kill(signal)
      await exited
    },
  }
}

/** Processes whose command line contains a text, most often a folder of the test's own. */
export function processesWith(text: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  return lines.filter(line => line.includes(text)).map(line => line.trim())
}

/** Polls until a condition holds. The test's own time-out bounds it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, 20))
}
