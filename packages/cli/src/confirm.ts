import { createInterface } from 'node:readline/promises'
import { AbortedError, InvalidArgumentError } from '@remote-log/core'
import type { Runtime } from './runtime.ts'

/**
 * Asks before money is spent. `--yes` says it beforehand; without a terminal nobody can be asked.
 * @throws INVALID_ARGUMENT (neither), ABORTED (no)
 */
export async function confirm(runtime: Runtime, yes: boolean | undefined, what: string): Promise<void> {
  if (yes) return
  if (!runtime.stdin.isTTY || !runtime.stderr.isTTY) {
    throw new InvalidArgumentError(`${what}: without a terminal to ask, say --yes`, { option: '--yes' })
  }
  const terminal = createInterface({ input: runtime.stdin, output: runtime.stderr })
  try {
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    const answer = await terminal.question(`${what}. Go on? [y/N] `, { signal: runtime.signal })
    if (/^y(es)?$/i.test(answer.trim())) return
  } finally {
    terminal.close()
  }
  throw new AbortedError('nothing was paid', { operation: 'confirmation' })
}
