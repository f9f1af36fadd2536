import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT, readManifest } from './workspace.ts'

/** The script behind a tool's command, to be run by the Node that runs us: a shell could find an older one. */
export function binary(name: string, command: string): string {
  const require = createRequire(join(ROOT, 'package.json'))
  const folder = dirname(require.resolve(`${name}/package.json`))
  const { bin } = readManifest(folder) as { bin?: string | Record<string, string> }
  const path = typeof bin === 'string' ? bin : bin?.[command]
  if (path === undefined) throw new Error(`${name} has no command ${command}`)
  return join(folder, path)
}

/** Runs a script and its arguments with this Node in the root, the output shown as it comes. Gives the exit code. */
export async function run(command: readonly string[], env = process.env): Promise<number> {
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: 'inherit', env })
  const [status] = (await once(child, 'close')) as [number | null]
  return status ?? 1
}

/** Runs a script likewise, its output kept: what it said on both streams, in the order in which that came. */
export async function runKept(
  command: readonly string[],
): Promise<{ readonly status: number; readonly output: string }> {
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
    })
  }
  const [status] = (await once(child, 'close')) as [number | null]
  return { status: status ?? 1, output }
}

/** Runs a script with this Node in a folder, and gives what it prints. Exit code 1 where a signal ended it. */
export function runIn(
  folder: string,
  script: string,
  args: readonly string[],
  timeout?: number,
): { status: number; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(timeout !== undefined && { timeout }),
  })
  return { status: status ?? 1, output: `${stdout}${stderr}` }
}
