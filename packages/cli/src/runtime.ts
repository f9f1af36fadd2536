import type { ReadStream, WriteStream } from 'node:tty'
import type { Output } from './output.ts'

/** What a command may touch of the process it runs in. */
export interface Runtime {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: ReadStream
  readonly stdout: Output
  /** Errors, prompts and progress; never results. */
  readonly stderr: WriteStream
  /** Fires on SIGINT and SIGTERM, and when nobody reads the output any more. */
  readonly signal: AbortSignal
}
