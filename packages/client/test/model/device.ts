import assert from 'node:assert/strict'
import { RemoteLogError } from '@remote-log/core'
import type { LocalDatabase, RemoteLog } from '../../src/index.ts'
import { DyingProcess } from '../dying.ts'
import { all, memory, reopened, type World } from '../world.ts'
import type { Mishap } from './steps.ts'
import { ENDINGS, Weather } from './weather.ts'

type Work = (signal: AbortSignal | undefined) => Promise<unknown>

/** A device with its disk, its process, its view of the world, and what it was promised. */
export class Device {
  local: LocalDatabase = memory()
  readonly name: string
  readonly weather: Weather
  readonly #world: World
  readonly #writable: boolean
  /** Names of payloads in the order of their appends; of those that were not acknowledged, nobody knows. */
  acknowledged: string[] = []
  attempted: string[] = []
  log: RemoteLog = undefined as never
  parts: { linked: boolean; inlineLimit: number } = { linked: false, inlineLimit: 3840 }
  readonly #sizes = new Map<string, number>()

  constructor(world: World, name: string, writable = true) {
    this.#world = world
    this.name = name
    this.#writable = writable
    this.weather = new Weather(world)
  }

  async start(process?: DyingProcess): Promise<void> {
    const sees: DyingProcess['sees'] = target => process?.sees(target) ?? target
    this.log = await this.#world.open({
      writable: this.#writable,
      local: sees(reopened(this.local)),
      store: sees(this.weather.store),
      names: sees(this.weather.names),
      ...this.parts,
    })
    process?.arm()
  }

  /** The device is lost: what comes in its place has nothing. */
  wipe(): void {
    this.local = memory()
  }

  /** Runs the work while the mishap happens. Returns the error with which it ended, if it did. */
  async run(mishap: Mishap, work: Work): Promise<RemoteLogError | undefined> {
    if (mishap.kind === 'kill') {
      const process = new DyingProcess(mishap)
      await this.start(process)
      const error = await failure(() => work(undefined))
      await this.start()
      if (process.dead) return undefined
      return expected(error, [])
    }
    if (mishap.kind === 'none') return expected(await failure(() => work(undefined)), [])
    const signal = this.weather.turn(mishap.fault, mishap.at)
    const error = await failure(() => work(signal))
    this.weather.clear()
    return expected(error, this.weather.struck ? ENDINGS[mishap.fault] : [])
  }

  async append(sizes: readonly number[], mishap: Mishap): Promise<void> {
    const names = sizes.map((_, i) => `${this.name}${this.#sizes.size + i};`)
    for (const [i, size] of sizes.entries()) this.#sizes.set(names[i]!, size)
    const error = await this.run(mishap, () => this.#append(names))
    assert.equal(error, undefined, 'append needs no network')
  }

  async #append(names: readonly string[]): Promise<void> {
    this.attempted.push(...names)
    const appends = names.map(async name => {
      const payload = new Uint8Array(this.#sizes.get(name)!)
      new TextEncoder().encodeInto(name, payload)
      await this.log.append(payload)
      this.acknowledged.push(name)
    })
    const outcomes = await Promise.allSettled(appends)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  /**
   * What a person does after REORG: keeps what the copy here has, starts anew from the chain, and appends what of it was
   * the device's own and went with the dropped blocks.
   */
  async recover(): Promise<void> {
    const copy = await namesIn(this.log)
    await this.log.forget({ evenUnsettled: true })
    await this.log.refresh()
    const there = new Set(await namesIn(this.log))
    const gone = copy.filter(name => name.startsWith(this.name) && !there.has(name))
    this.acknowledged = this.acknowledged.filter(name => !gone.includes(name))
    this.attempted = this.attempted.filter(name => !gone.includes(name))
    if (this.#writable) await this.#append(gone)
  }
}

/** Names of the payloads of a log, in order; each is where its seq says. */
export async function namesIn(log: RemoteLog, publishedOnly = false): Promise<string[]> {
  const entries = await all(log.read({ publishedOnly }))
  return Promise.all(
    entries.map(async (entry, seq) => {
      assert.equal(entry.seq, seq)
      const text = new TextDecoder().decode(await entry.bytes())
      return text.slice(0, text.indexOf(';') + 1)
    }),
  )
}

async function failure(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}

/** An error of a code that may come, or REORG, which the world knows better; any other is a failure of the test. */
function expected(error: unknown, codes: readonly string[]): RemoteLogError | undefined {
  if (error === undefined) return undefined
  if (error instanceof RemoteLogError && [...codes, 'REORG'].includes(error.code)) return error
  throw error
}
