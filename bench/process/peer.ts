import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, Operations } from './serve.ts'

/** The operations of a child as its parent sees them: every one answers with a promise. */
export type Remote<T extends Operations> = {
  readonly [K in keyof T]: (...args: Parameters<T[K]>) => Promise<Awaited<ReturnType<T[K]>>>
}

/** A process of its own, so that no peer's work is done on another's clock, heap or event loop. */
export interface Peer<T extends Operations> {
  readonly do: Remote<T>
  stop(): Promise<void>
}

/**
 * Starts `module` (a file that calls `serve`) in a process of its own. A child that dies rejects what it was asked.
 * `execArgv` are flags for its Node, e.g. `--cpu-prof`.
 */
export function startPeer<T extends Operations>(module: URL, execArgv: readonly string[] = []): Peer<T> {
  const profile = process.env.BENCH_PROFILE
  const child = fork(fileURLToPath(module), [], {
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...execArgv,
      ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
    ],
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const open = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>()
  let nextId = 0
  child.on('message', (answer: Answer) => {
    const caller = open.get(answer.id)
    open.delete(answer.id)
    if ('error' in answer) caller?.reject(new Error(answer.error))
    else caller?.resolve(answer.value)
  })
  child.on('exit', (code, signal) => {
    for (const { reject } of open.values()) {
      reject(new Error(`${module.pathname} ended with ${signal ?? code} before it answered`))
    }
    open.clear()
  })
  function call(name: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!child.connected) return reject(new Error(`${module.pathname} has ended`))
      open.set(nextId, { resolve, reject })
      child.send({ id: nextId++, name, args })
    })
  }
  const remote = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          call(String(name), args),
    },
  )
  return {
    do: remote as Remote<T>,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      if (child.connected) child.disconnect()
      await ended
    },
  }
}
