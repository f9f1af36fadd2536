import { RemoteLogError } from '@remote-log/core'
import { CommanderError } from 'commander'
import { EXIT_CODES, EXIT_OK } from './exit-codes.ts'
import { listenForInterrupt } from './interrupt.ts'
import { BrokenPipe, Output } from './output.ts'
import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'

/** Runs the command line of this process and resolves to its exit code (docs/cli.md, "Exit codes"). */
export async function runCli(process: NodeJS.Process): Promise<number> {
  const { argv, env, stdin, stderr } = process
  const stdout = new Output(process.stdout)
  stderr.on('error', () => {}) // Nobody left to tell.
  const interrupt = listenForInterrupt(process, () => performance.now())
  const signal = AbortSignal.any([interrupt.signal, stdout.closed])
  let exitCode = EXIT_OK
  const program = createProgram({ env, stdin, stdout, stderr, signal }, code => {
    exitCode = code
  })
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (stdout.closed.aborted && stdout.closed.reason instanceof BrokenPipe) return EXIT_OK
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_OK
      // No command at all: the help has been shown, on stderr.
      if (error.code === 'commander.help') return EXIT_CODES.INVALID_ARGUMENT
    }
    const debug = Boolean(env.REMOTE_LOG_DEBUG)
    // What an interrupted stream or timer throws names itself, not the signal that stopped it.
    const interrupted = interrupt.signal.aborted && !(error instanceof RemoteLogError)
    const report = reportError(interrupted ? interrupt.signal.reason : error, {
      json: argv.includes('--json'),
      debug,
    })
    stderr.write(report.text)
    return interrupt.exitCode() ?? report.exitCode
  }
  return exitCode
}
