import { RemoteLogError } from '@remote-log/core'
import { CommanderError } from 'commander'
import { EXIT_CODES, EXIT_UNEXPECTED } from './exit-codes.ts'
import { toJson } from './json.ts'
import { REMEDIES } from './remedies.ts'

/** An error as the terminal or a script gets to see it. */
export interface ErrorReport {
  readonly exitCode: number
  /** What goes to stderr, ending in a line feed. */
  readonly text: string
}

/**
 * The text and the exit code for what a command threw. Stack traces appear only with `debug`: they help no one at
 * a terminal, and may carry values that nobody meant to print.
 */
export function reportError(error: unknown, options: { json: boolean; debug: boolean }): ErrorReport {
  const { code, message, details, remedy, exitCode } = classify(error)
  if (options.json) return { exitCode, text: `${toJson({ error: { code, message, details, remedy } })}\n` }
  const shown = Object.entries(details)
    .filter(([, value]) => value !== undefined && !message.includes(String(value)))
    .map(([name, value]) => `  ${name}: ${value}\n`)
  const stack = options.debug && error instanceof Error ? `${error.stack}\n${causes(error)}` : ''
  return { exitCode, text: `remote-log: ${message}\n${shown.join('')}  ${remedy}\n${stack}` }
}

interface Classified {
  readonly code: string
  readonly message: string
  readonly details: RemoteLogError['details']
  readonly remedy: string
  readonly exitCode: number
}

function classify(error: unknown): Classified {
  if (error instanceof RemoteLogError) {
    const { code, message, details } = error
    return { code, message, details, remedy: REMEDIES[code], exitCode: EXIT_CODES[code] }
  }
  if (error instanceof CommanderError) {
    const code = 'INVALID_ARGUMENT'
    const message = error.message.replace(/^error: /, '')
    return { code, message, details: {}, remedy: REMEDIES[code], exitCode: EXIT_CODES[code] }
  }
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
    details: {},
    remedy: 'This is a fault of remote-log. REMOTE_LOG_DEBUG=1 shows where it happened.',
    exitCode: EXIT_UNEXPECTED,
  }
}

function causes(error: Error): string {
  const { cause } = error
  return cause instanceof Error ? `caused by ${cause.stack}\n${causes(cause)}` : ''
}
