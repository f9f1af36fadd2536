import assert from 'node:assert/strict'
import { FileSplitter, makeChunk } from '@remote-log/core'
import { type BeeNode, ManualClock, startBeeNode } from '../../src/index.ts'
import { type Answer, abandon, ask } from './ask.ts'
import { compare } from './compare.ts'
import {
  author,
  bodyOf,
  clientOwner,
  HISTORY_LEAVES,
  payload,
  resign,
  socId,
  streamMessage,
  topic,
} from './material.ts'
import type { RecordedAnswer, Step } from './recording.ts'
import { listen, speak } from './speak.ts'

/** An address that nobody has. */
const UNKNOWN = 'ab'.repeat(32)

/** Where the recorded message was sent. */
const GSOC_CELL = '498ba594300f62917fa9b55f11e0d64509f8ac59057775d1e5ae02baab2c15b1'

/** Milliseconds that pass before a step, beyond what the step itself takes. */
const WAITS: Readonly<Record<string, number>> = {
  'stamps: get once usable': 10_000,
  'soc: then read on the same node a minute later': 60_000,
  // The other node's chunks come to this one by pull sync within a second or two.
  'feeds: update 1': 1000,
  'feeds: update 4': 2000,
  'feeds: get after a gap at 5': 2000,
  'tags-pins: tag after the upload': 1000,
}

/** The reference of `post encrypted`: made of random keys, so that it is another in every run. */
const RECORDED_ENCRYPTED =
  '6ee036fa20dada6bf49c4a1231faac607262d42b4d4d952615c1d400679dc9a0abd981e5b8ed3421f60484d69a83c9afe66d23ba840c77d7201738dacbe81ea4'

/** Values that a step's answer gives to later steps. */
const BINDINGS: Readonly<Record<string, readonly [variable: string, field: string]>> = {
  'stamps: buy': ['fresh', 'batchID'],
  'bytes: post for ranges': ['big', 'reference'],
  'chunks: post full': ['chunk', 'reference'],
  'chunks: tag for chunk': ['tag1', 'uid'],
  'tags-pins: tag post': ['tag', 'uid'],
  'tags-pins: deferred bytes with tag': ['file', 'reference'],
  'history: root': ['history', 'reference'],
  'bytes: post encrypted': ['encrypted', 'reference'],
  'bzz: post a file': ['bzz', 'reference'],
}

/** Two nodes on one network, as in the recordings, and what the variables stand for. */
export class Replay {
  readonly #clock: ManualClock
  readonly #nodes: { readonly a: BeeNode; readonly b: BeeNode }
  readonly #known: ReadonlySet<string>
  readonly #variables: Map<string, string>
  #heard: Awaited<ReturnType<typeof listen>> | undefined

  private constructor(clock: ManualClock, a: BeeNode, b: BeeNode, known: ReadonlySet<string>) {
    this.#clock = clock
    this.#nodes = { a, b }
    this.#known = known
    this.#variables = new Map([
      ['author', author],
      ['clientOwner', clientOwner],
      ['socId', socId],
      ['topic', topic],
      ['unknown', UNKNOWN],
    ])
  }

  /** @param steps all of them: every header that occurs in one is compared in all */
  static async start(steps: readonly Step[]): Promise<Replay> {
    const clock = new ManualClock(Date.UTC(2026, 10, 23, 9, 15))
    const a = await startBeeNode({ clock, corsAllowedOrigins: ['http://app.example'] })
    const b = await startBeeNode({ peers: a })
    const known = new Set(steps.flatMap(step => Object.keys(answerOf(step)?.headers ?? {})))
    const replay = new Replay(clock, a, b, known)
    const amount = 5_000_000_000n
    const grants = {
      batch: { depth: 20, label: 'recordings' },
      tight: { depth: 17, immutable: true },
      loose: { depth: 17 },
      client: { depth: 18, owner: clientOwner },
      young: { depth: 18, owner: clientOwner, immutable: true, fresh: true },
    }
    for (const [name, grant] of Object.entries(grants)) {
      replay.#variables.set(name, await a.grantBatch({ ...grant, amount }))
    }
    return replay
  }

  /** Asks what the step asked. Throws where the answer is not the recorded one. */
  async run(step: Step): Promise<void> {
    const name = `${step.file}: ${step.name}`
    if (step.network === 'stands still') this.#nodes.a.pauseSync()
    if (step.network === 'goes on') this.#nodes.a.resumeSync()
    this.#clock.advance(step.wait ?? WAITS[name] ?? 0)
    if (step.files) return this.#uploadFiles(step.files)
    if (step.request?.cut !== undefined) return this.#abandon(step)
    if (name === 'history: first full node') await this.#uploadRestOfHistory()
    if (step.root !== undefined) {
      if (step.root !== this.#variables.get('history')) throw new Error('another root')
      return
    }
    if (Array.isArray(step.response)) return this.#speak(step, step.response)
    if (step.messages) return this.#hear(step.messages)
    if (name === 'gsoc: post') this.#heard = await listen(`${this.#nodes.b.url}/gsoc/subscribe/${GSOC_CELL}`)
    const recorded = answerOf(step)
    if (recorded?.none !== undefined) {
      return assert.rejects(this.#ask(step), { code: 'HPE_INVALID_CONTENT_LENGTH' })
    }
    if (!step.request?.method || !recorded) throw new TypeError('not a plain request')
    const got = await this.#ask(step)
    const binding = step.binds ?? BINDINGS[name]
    if (binding && got.status === 201) {
      const value = (JSON.parse(got.body.toString()) as Record<string, unknown>)[binding[1]]
      this.#variables.set(binding[0], String(value))
    }
    compare(this.#fill(recorded), got, this.#known)
  }

  async stop(): Promise<void> {
    this.#heard?.stop()
    await this.#nodes.b.stop()
    await this.#nodes.a.stop()
  }

  async #ask(step: Step): Promise<Answer> {
    const { node, method, path, headers } = this.#fill(step.request!)
    const body = bodyOf(step)
    const stamp = headers['swarm-postage-stamp']
    const resigned =
      stamp && /^[0-9a-f]{226}$/.test(stamp) && body && method === 'POST'
        ? { 'swarm-postage-stamp': resign(stamp, stamp.slice(0, 64), step, body.subarray(0, 4104)) }
        : {}
    return ask(this.#nodes[node].url + path, method!, { ...headers, ...resigned }, body)
  }

  async #speak(step: Step, recorded: readonly unknown[]): Promise<void> {
    const { node, path, headers, messages = [] } = this.#fill(step.request!)
    const batch = this.#variables.get('client')!
    const sent = messages.map((text, i) => streamMessage(text, i, batch, this.#clock.now()))
    assert.deepEqual(await speak(this.#nodes[node].url + path, headers, sent), recorded)
  }

  async #hear(messages: readonly string[]): Promise<void> {
    for (const message of messages) assert.equal((await this.#heard!.next()).toString('hex'), message)
    assert.deepEqual(this.#heard!.received, [])
  }

  /** Leaves 0 and 1 are steps of the recording; the others went up with them. */
  async #uploadRestOfHistory(): Promise<void> {
    const headers = { 'swarm-postage-batch-id': this.#variables.get('batch')! }
    for (const leaf of HISTORY_LEAVES.slice(2)) {
      await ask(`${this.#nodes.a.url}/chunks`, 'POST', headers, makeChunk(leaf).bytes)
    }
  }

  /** Files by their chunks, with holes. */
  async #uploadFiles(files: NonNullable<Step['files']>): Promise<void> {
    const headers = { 'swarm-postage-batch-id': this.#variables.get('batch')! }
    for (const { payload: of, missing } of files) {
      const splitter = new FileSplitter()
      const bytes = payload(of.seed, of.length)
      const hole =
        missing === undefined ? undefined : makeChunk(bytes.subarray(missing * 4096, (missing + 1) * 4096))
      for (const chunk of [...splitter.push(bytes), ...splitter.finish().chunks]) {
        if (chunk.reference === hole?.reference) continue
        await ask(`${this.#nodes.a.url}/chunks`, 'POST', headers, chunk.bytes)
      }
    }
  }

  async #abandon(step: Step): Promise<void> {
    const { node, method, path, headers, cut } = this.#fill(step.request!)
    await abandon(this.#nodes[node].url + path, method!, headers, bodyOf(step)!, cut!)
  }

  #fill<T>(value: T): T {
    const text = JSON.stringify(value)
      .replaceAll(RECORDED_ENCRYPTED, this.#variables.get('encrypted') ?? RECORDED_ENCRYPTED)
      .replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => {
        return this.#variables.get(name) ?? whole
      })
    return JSON.parse(text) as T
  }
}

function answerOf(step: Step): RecordedAnswer | undefined {
  return step.response === undefined || Array.isArray(step.response)
    ? undefined
    : (step.response as RecordedAnswer)
}
