/** The child's half of a call between two processes of the bench; {@link startPeer} is the other. */

/** What travels to a child: the name of one of its operations and its arguments (structured clone). */
export interface Call {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

/** What travels back: the value, or the error's stack and message. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }

/** Operations that a child offers, by name. */
// biome-ignore lint/suspicious/noExplicitAny: argument lists differ; callers are typed through the module's own type
export type Operations = Record<string, (...args: any[]) => unknown>

/** Makes this process answer calls to `operations` until its parent lets go of it or dies; then it runs `leave`. */
export function serve(operations: Operations, leave?: () => Promise<void>): void {
  process.on('message', (call: Call) => {
    void (async () => {
      let answer: Answer
      try {
        answer = { id: call.id, value: await operations[call.name]!(...call.args) }
      } catch (error) {
        answer = { id: call.id, error: describe(error) }
      }
      process.send!(answer)
    })()
  })
  process.on('disconnect', () => {
    void Promise.resolve(leave?.()).finally(() => process.exit())
  })
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const details = 'details' in error ? ` ${JSON.stringify(error.details, bigintAsText)}` : ''
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${details}${cause}`
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
