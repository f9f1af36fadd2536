import { UnavailableError } from '../errors.ts'
import { keccakModule, ROUND_CONSTANTS_AT, roundConstants } from './keccak-module.ts'
import { type Job, serveHashes } from './serve-hashes.ts'

/** The part of a worker that is used here. */
export interface Thread {
  post(message: unknown, transfer: Transferable[]): void
  onMessage(listener: (data: unknown) => void): void
  onEnd(listener: (cause: unknown) => void): void
  /** Whether the program stays for the sake of this thread. */
  keepAlive(alive: boolean): void
}

/** A thread that hashes leaves in WebAssembly. Its answers come in the order of its questions. */
export class HashWorker {
  readonly #thread: Thread
  readonly #questions: PromiseWithResolvers<Uint8Array>[] = []
  #state: 'starting' | 'ready' | 'ended' = 'starting'

  constructor(thread: Thread) {
    this.#thread = thread
    thread.onMessage(answer => {
      if (answer === 'ready') this.#state = 'ready'
      else this.#questions.shift()?.resolve(answer as Uint8Array)
      if (this.#questions.length === 0) thread.keepAlive(false)
    })
    thread.onEnd(cause => {
      this.#state = 'ended'
      for (const { reject } of this.#questions.splice(0)) {
        reject(ended(cause))
      }
    })
    const job: Job = { module: keccakModule(), constants: roundConstants(), constantsAt: ROUND_CONSTANTS_AT }
    thread.post(job, [])
    thread.keepAlive(false)
  }

  get ready(): boolean {
    return this.#state === 'ready'
  }

  /** Records of leaves, of which the addresses are filled in. The buffer is taken away and comes back. @throws UNAVAILABLE where the worker ends before it answers */
  hash(records: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    if (this.#state === 'ended') return Promise.reject(ended())
    if (this.#questions.length === 0) this.#thread.keepAlive(true)
    const question = Promise.withResolvers<Uint8Array>()
    this.#questions.push(question)
    this.#thread.post(records, [records.buffer])
    return question.promise
  }
}

function ended(cause?: unknown): UnavailableError {
  return new UnavailableError('the worker that hashes ended', { transient: true }, cause)
}

let shared: HashWorker | null | undefined

/**
 * The one worker of this program, begun when it is first asked for; undefined until it is ready, and for good where the
 * platform has none, has one core, or a policy forbids it. It keeps a program running only while it is asked something.
 */
export function hashWorker(): HashWorker | undefined {
  shared ??= beginHashWorker() ?? null
  return shared?.ready ? shared : undefined
}

/** A worker of one's own; undefined where there can't be one. */
export function beginHashWorker(): HashWorker | undefined {
  try {
    if ((globalThis.navigator?.hardwareConcurrency ?? 1) < 2) return undefined
    const thread = nodeThread() ?? webThread()
    return thread && new HashWorker(thread)
  } catch {
    return undefined
  }
}

/** What runs in the worker: one function, which uses nothing from around it. */
const SOURCE = `(${serveHashes})(typeof require === 'function' ? require('node:worker_threads').parentPort : self)`

interface NodeWorker {
  postMessage(message: unknown, transfer: Transferable[]): void
  on(event: string, listener: (value: unknown) => void): void
  ref(): void
  unref(): void
}

type NodeWorkerClass = new (source: string, options: object) => NodeWorker

/** A thread of Node, asked for at run time: nothing here imports a module of Node, so that browsers load this too. */
function nodeThread(): Thread | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => { Worker: NodeWorkerClass } | undefined }
  }
  const threads = process?.getBuiltinModule?.('node:worker_threads')
  if (!threads) return undefined
  const worker = new threads.Worker(SOURCE, { eval: true, execArgv: [] })
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: listener => worker.on('message', listener),
    onEnd: listener => {
      worker.on('error', listener)
      worker.on('exit', listener)
    },
    keepAlive: alive => (alive ? worker.ref() : worker.unref()),
  }
}

function webThread(): Thread | undefined {
  if (typeof Worker === 'undefined') return undefined
  const url = URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' }))
  const worker = new Worker(url)
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: listener => worker.addEventListener('message', ({ data }) => listener(data)),
    onEnd: listener => worker.addEventListener('error', listener),
    keepAlive: () => {},
  }
}
