import assert from 'node:assert/strict'
import type { Reference } from '@remote-log/core'
import { LOG, World } from '../world.ts'
import { Device, namesIn } from './device.ts'
import type { Step } from './steps.ts'

/** How often something happened. */
export type Counts = Record<string, number>

/**
 * Two writing devices of one owner, a reader and their world, against a plain model: the list of what is published, and
 * for each device the list of what it was promised.
 */
export class Universe {
  readonly #world = new World()
  readonly #devices = [new Device(this.#world, 'a'), new Device(this.#world, 'b')] as const
  readonly #bob = new Device(this.#world, 'reader', false)
  readonly #counts: Counts
  /** Blocks that moved the head. */
  #moves: { readonly number: number; readonly head: Reference }[] = []
  #published: string[] = []
  /** Entries that went with dropped blocks: on the devices that have them, until these come to know. */
  #dropped = new Set<string>()
  /** What was published each time before blocks were dropped, until the reader comes to know. */
  #readersBranches: (readonly string[])[] = []

  private constructor(counts: Counts) {
    this.#counts = counts
    const { chain } = this.#world
    const mine = chain.mine.bind(chain)
    chain.mine = (log, head) => {
      const block = mine(log, head)
      if (head !== undefined) this.#moves.push({ number: block.number, head })
      return block
    }
  }

  static async live(steps: readonly Step[], counts: Counts = {}): Promise<void> {
    const universe = new Universe(counts)
    for (const device of [...universe.#devices, universe.#bob]) await device.start()
    for (const step of steps) {
      await universe.#take(step)
      await universe.#check()
    }
    await universe.#end()
  }

  async #take(step: Step): Promise<void> {
    this.#count(step.do)
    if (step.do === 'reorganise') return this.#reorganise(step.blocks, step.again)
    const device = step.do === 'follow' ? this.#bob : this.#devices[step.device]
    if ('mishap' in step) {
      const { mishap } = step
      if (mishap.kind !== 'none') this.#count(mishap.kind === 'kill' ? 'killed' : mishap.fault)
    }
    if (step.do === 'append') return device.append(step.sizes, step.mishap)
    if (step.do === 'wipe') return this.#wipe(device)
    if (step.do === 'reopen') {
      await device.log.close()
      await device.local.open()
      device.parts = { linked: step.linked, inlineLimit: step.inlineLimit }
      return device.start()
    }
    const error = await device.run(step.mishap, signal =>
      step.do === 'publish' ? device.log.publish({ signal }) : device.log.sync({ signal }),
    )
    if (error) this.#count(error.code)
    // Who was killed may have learned nothing.
    const learned = error ? error.code === 'REORG' : step.mishap.kind !== 'kill'
    if (device === this.#bob && learned) this.#readersBranches = []
    if (error?.code === 'REORG') {
      await device.recover()
    } else if (step.do === 'follow' && step.mishap.kind === 'none') {
      assert.deepEqual(await namesIn(device.log), await this.#seen())
    }
  }

  async #reorganise(wished: number, again: boolean): Promise<void> {
    const { chain } = this.#world
    const height = chain.headAt(LOG).block.number
    const blocks = Math.min(wished, height)
    const lost = this.#moves.filter(({ number }) => number > height - blocks)
    this.#moves = this.#moves.filter(({ number }) => number <= height - blocks)
    chain.reorganise(blocks, 0)
    for (const { weather } of [...this.#devices, this.#bob]) weather.reorganised()
    if (again) for (const { head } of lost) chain.mine(LOG, head)
    while (chain.headAt(LOG).block.number <= height) chain.mine()
    if (again) return
    const before = this.#published
    this.#published = await this.#seen()
    assert.deepEqual(this.#published, before.slice(0, this.#published.length))
    if (this.#published.length < before.length) this.#readersBranches.push(before)
    for (const name of before.slice(this.#published.length)) this.#dropped.add(name)
  }

  /** What was published is still there; of the rest, the device had said how much is at risk. */
  async #wipe(device: Device): Promise<void> {
    const risk = await device.log.atRisk()
    const published = new Set(await this.#seen())
    const lost = device.acknowledged.filter(name => !published.has(name) && !this.#dropped.has(name))
    assert.ok(
      lost.length <= (risk?.entries ?? 0),
      `${lost.length} entries are lost, ${risk?.entries} were at risk`,
    )
    device.acknowledged = device.acknowledged.filter(name => published.has(name))
    device.attempted = device.attempted.filter(name => published.has(name))
    device.wipe()
    await device.start()
  }

  async #check(): Promise<void> {
    const before = this.#published
    const published = await this.#seen()
    this.#published = published
    for (const name of published) this.#dropped.delete(name)
    assert.deepEqual(published.slice(0, before.length), before, 'what was published stays')
    assert.equal(new Set(published).size, published.length, 'nothing is published twice')
    for (const device of this.#devices) {
      const { name, acknowledged, attempted, log } = device
      const there = published.filter(entry => entry.startsWith(name))
      const copy = (await namesIn(log)).filter(entry => entry.startsWith(name) && !there.includes(entry))
      const mine = [...there, ...copy]
      const promised = new Set(acknowledged)
      assert.deepEqual(
        mine.filter(entry => promised.has(entry)),
        acknowledged,
        'each acknowledged entry is there once, in order',
      )
      assert.deepEqual(
        mine,
        attempted.filter(entry => mine.includes(entry)),
      )
    }
    const copy = await namesIn(this.#bob.log, true)
    const branch = this.#readersBranches.find(names => String(names.slice(0, copy.length)) === String(copy))
    const expected = (branch ?? published).slice(0, copy.length)
    assert.deepEqual(copy, expected, "the reader's copy is a first part of the log")
  }

  /** In fair weather everything comes out. */
  async #end(): Promise<void> {
    for (const device of this.#devices) {
      const publish = () => device.run({ kind: 'none' }, () => device.log.publish())
      if (await publish()) await device.recover().then(publish)
    }
    await this.#check()
    for (const { log } of this.#devices) assert.equal(await log.atRisk(), undefined)
    const error = await this.#bob.run({ kind: 'none' }, () => this.#bob.log.sync())
    if (error) await this.#bob.recover()
    assert.equal((await this.#bob.log.verify()).entries, this.#published.length)
    this.#count('universes')
    this.#count('entries', this.#published.length)
  }

  /** What a reader finds who never was here before. */
  async #seen(): Promise<string[]> {
    return namesIn(await this.#world.reader())
  }

  #count(what: string, by = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + by
  }
}
