import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { seededBytes } from '@remote-log/conformance'
import type { LogId } from '@remote-log/core'
import type { NewPayload } from '../src/index.ts'

/** What a writing process is told to do. */
export interface WriterOrders {
  readonly folder: string
  readonly log: LogId
  readonly bee: string
  readonly rpc: string
  readonly batch: string
  readonly privateKey: string
  readonly entries: number
  /** Entries of each append. */
  readonly together: number
  /** It publishes when so many entries wait. */
  readonly publishEvery: number
}

/** The n-th entry: four to a page, and each 200th by reference, of some 70 chunks. */
export function appended(n: number): NewPayload {
  const length = n % 200 === 199 ? 290_000 : 900
  return { payload: seededBytes(`entry ${n}`, length), timestamp: 1_700_000_000_000 + n }
}

export interface Killed {
  readonly finished: boolean
  /** Entries that it found when it began. */
  readonly found: number
  /** Entries whose append it saw resolve. */
  readonly acknowledged: number
}

/**
 * Runs a writer and kills it (SIGKILL): when it has printed so many lines, or when `armed`'s function is called.
 * @param armed is given what kills it
 */
export async function runWriter(
  orders: WriterOrders,
  killAt = Number.POSITIVE_INFINITY,
  armed: (kill: () => void) => void = () => {},
): Promise<Killed> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'writing-process.ts'), JSON.stringify(orders)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exited = once(child, 'exit')
  armed(() => child.kill('SIGKILL'))
  const last = new Map<string, number>()
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, count] = line.split(' ') as [string, string]
    last.set(what, Number(count))
    if (++lines === killAt) child.kill('SIGKILL')
  }
  await exited
  const found = last.get('found') ?? 0
  return { finished: last.has('done'), found, acknowledged: last.get('acknowledged') ?? found }
}
