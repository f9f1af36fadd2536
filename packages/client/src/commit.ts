import type { LogContext } from './context.ts'
import type { LocalChange } from './local-database.ts'

/**
 * One durable write that moves the anchor, and then what memory says of it. Readers that take anchor and queue
 * together wait for `state.moving`, so that they see both before or both after.
 */
export async function commit(
  { local, state }: LogContext,
  changes: LocalChange[],
  apply: () => void,
): Promise<void> {
  const written = local.write(changes, true).then(apply)
  state.moving = written.catch(() => undefined)
  try {
    await written
  } finally {
    state.moving = undefined
  }
}
