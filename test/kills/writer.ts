import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { NewPayload } from '@remote-log/client'
import { seededBytes } from '@remote-log/conformance'
import { type LogId, RemoteLogError } from '@remote-log/core'

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

/** The n-th entry: one to a page, and each 60th by reference, of some 20 chunks. */
export function appended(n: number): NewPayload {
  const length = n % 60 === 59 ? 80_000 : 2100 + ((n * 577) % 1700)
  return { payload: seededBytes(`entry ${n}`, length), timestamp: 1_700_000_000_000 + n }
}

/** On a machine that does much else a node may not answer in time: then once more, as the error says. */
export async function again<T>(task: () => Promise<T>): Promise<T> {
  for (let times = 1; ; times++) {
    try {
      return await task()
    } catch (error) {
      if (!(error instanceof RemoteLogError && error.code === 'UNAVAILABLE') || times === 20) throw error
    }
  }
}

/** What a writer was seen to do until it ended. */
export interface Run {
  /** Whether it came to its end before it was killed. */
  readonly finished: boolean
  /** What its last line was about. */
  readonly phase: string
  /** Entries that it found when it began. */
  readonly found: number
  /** Entries whose append it saw resolve. */
  readonly acknowledged: number
  /** Entries in the log when its last publish returned. */
  readonly published: number
}

/**
 * Runs a writer to its end, or until something kills it (SIGKILL).
 * @param program the bundled writing process
 * @param watched is told of each line, and given what kills
 */
export async function runWriter(
  program: string,
  orders: WriterOrders,
  watched: (line: number, kill: () => void) => void,
): Promise<Run> {
  const child = spawn(process.execPath, [program, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const last = new Map<string, number>()
  let phase = 'start'
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, count] = line.split(' ') as [string, string]
    phase = what
    last.set(what, Number(count))
    watched(++lines, () => child.kill('SIGKILL'))
  }
  const [code, signal] = await exited
  if (code !== 0 && signal !== 'SIGKILL')
    throw new Error(`the writer ended by itself with ${code}: ${complaint}`)
  const found = last.get('found') ?? 0
  return {
    finished: code === 0,
    phase,
    found,
    acknowledged: last.get('acknowledged') ?? found,
    published: last.get('published') ?? 0,
  }
}
