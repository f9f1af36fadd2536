import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { LockedError } from '@remote-log/core'

const POLL_MS = 50
/** Milliseconds a leftover gets to write its state and go, before it is killed; then as many to be gone. */
const PATIENCE_MS = 5000

/**
 * Ends an anvil that still runs on this state, which takes a kill of its keeper. The caller holds the folder's lock, so
 * nobody else can own it. Other processes that got its number since then are left alone.
 * @throws LOCKED if it does not go
 */
export async function endLeftover(pidFile: string, state: string): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch(() => undefined)
  const pid = Number(text)
  if (text === undefined || !Number.isSafeInteger(pid) || pid <= 0) return
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await runsOn(pid, state))) break
    process.kill(pid, signal)
    for (let waited = 0; waited < PATIENCE_MS && (await runsOn(pid, state)); waited += POLL_MS)
      await delay(POLL_MS)
  }
  if (await runsOn(pid, state))
    throw new LockedError(`process ${pid} still uses ${state}`, { pid, file: state })
  await rm(pidFile, { force: true })
}

async function runsOn(pid: number, state: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)])
    return stdout.includes('anvil') && stdout.includes(state)
  } catch {
    return false
  }
}
