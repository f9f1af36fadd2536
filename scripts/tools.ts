import { spawnSync } from 'node:child_process'
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

/** Runs a script with this Node in the root, its output shown as it comes. Returns the exit code. */
export function run(script: string, args: readonly string[]): number {
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit' })
  if (error !== undefined) throw error
  return status ?? 1
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
