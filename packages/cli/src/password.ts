import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { InvalidArgumentError } from '@remote-log/core'
import type { Runtime } from './runtime.ts'

/** Where a password may come from. Never from an argument: those stand in every process list and shell history. */
export interface PasswordOptions {
  readonly passwordFile?: string | undefined
  /** Ask twice: the password is being chosen, a slip would lock the key away. */
  readonly choose?: boolean
}

/**
 * The password of the key file: `--password-file`, else REMOTE_LOG_PASSWORD, else a prompt where there is a terminal.
 * @throws InvalidArgumentError where there is none of these
 */
export async function readPassword(runtime: Runtime, options: PasswordOptions): Promise<string> {
  const password = await findPassword(runtime, options)
  if (password === '') throw new InvalidArgumentError('the password of a key file must not be empty', {})
  return password
}

async function findPassword(runtime: Runtime, { passwordFile, choose }: PasswordOptions): Promise<string> {
  if (passwordFile !== undefined) return readPasswordFile(passwordFile)
  const fromEnvironment = runtime.env.REMOTE_LOG_PASSWORD
  if (fromEnvironment !== undefined) return fromEnvironment
  if (!runtime.stdin.isTTY || !runtime.stderr.isTTY) {
    throw new InvalidArgumentError(
      'the key file needs a password: set REMOTE_LOG_PASSWORD or give --password-file',
      {},
    )
  }
  const password = await askHidden(runtime, 'Password of the key file: ')
  if (choose && (await askHidden(runtime, 'Once more: ')) !== password) {
    throw new InvalidArgumentError('the two passwords differ', {})
  }
  return password
}

async function readPasswordFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    throw new InvalidArgumentError(`cannot read the password file ${file}`, { file }, error)
  }
}

/** Asks at the terminal, without showing what is typed. @throws ABORTED */
export async function askHidden(runtime: Runtime, question: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: runtime.stdin, output: silence, terminal: true })
  runtime.stderr.write(question)
  try {
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    return await terminal.question('', { signal: runtime.signal })
  } finally {
    terminal.close()
    runtime.stderr.write('\n')
  }
}
