import { AbortedError } from '@remote-log/core'

/**
 * Time in ms within which a repeated signal is the same key press: npm and npx pass a Ctrl-C on to their child,
 * which the terminal had already sent it.
 */
const SAME_KEY_PRESS_MS = 500

/** The part of `process` that is needed. */
export type Interruptible = Pick<NodeJS.Process, 'on' | 'removeListener' | 'kill' | 'pid'>

/** How a signal turns into an `AbortSignal`. */
export interface Interrupt {
  readonly signal: AbortSignal
  /** 130 after SIGINT, 143 after SIGTERM (128 + the signal's number, as shells have it); undefined before. */
  exitCode(): number | undefined
}

/**
 * The first SIGINT or SIGTERM asks the running command to end cleanly; a second one kills the process, as if
 * nobody had listened. `now` is in milliseconds.
 */
export function listenForInterrupt(process: Interruptible, now: () => number): Interrupt {
  const controller = new AbortController()
  let first: { name: NodeJS.Signals; at: number } | undefined
  const names = ['SIGINT', 'SIGTERM'] as const
  const listen = (name: NodeJS.Signals) => {
    if (!first) {
      first = { name, at: now() }
      controller.abort(new AbortedError(`stopped by ${name}`, { signal: name }))
    } else if (now() - first.at > SAME_KEY_PRESS_MS) {
      for (const each of names) process.removeListener(each, listen)
      process.kill(process.pid, name)
    }
  }
  for (const name of names) process.on(name, listen)
  return {
    signal: controller.signal,
    exitCode: () => (first ? { SIGINT: 130, SIGTERM: 143 }[first.name as 'SIGINT' | 'SIGTERM'] : undefined),
  }
}
