import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
/** Where systems keep the log of their package manager: Debian, Arch, Fedora, openSUSE, macOS. */
const PACKAGE_LOGS = [
  '/var/log/dpkg.log',
  '/var/log/apt/history.log',
  '/var/log/pacman.log',
  '/var/log/dnf.rpm.log',
  '/var/log/zypp/history',
  '/var/log/install.log',
]

/** A file whose lines Alice appends. */
export interface Source {
  /** In plain words. */
  readonly title: string
  readonly file: string
}

/** Where to look when nothing was named. */
export interface Places {
  readonly repository: string
  readonly packageLogs: readonly string[]
}

const HERE: Places = { repository: REPOSITORY, packageLogs: PACKAGE_LOGS }

/**
 * The files named on the command line; without any, this repository's history and the system's package log, and where
 * neither is to be had, the list of locked dependencies. A named file that can't be read is an error.
 */
export async function findSources(
  named: readonly string[],
  folder: string,
  { repository, packageLogs }: Places = HERE,
): Promise<Source[]> {
  for (const file of named) await access(file, constants.R_OK)
  if (named.length > 0) return named.map(file => ({ title: file, file }))
  const found: Source[] = []
  const history = await gitLog(repository, folder)
  if (history) found.push({ title: "this repository's git log", file: history })
  for (const file of packageLogs) {
    if (await hasContent(file)) found.push({ title: `the system's package log ${file}`, file })
  }
  const fallback = { title: 'the list of locked dependencies', file: join(REPOSITORY, 'pnpm-lock.yaml') }
  return found.length > 0 ? found : [fallback]
}

async function gitLog(repository: string, folder: string): Promise<string | undefined> {
  const format = '--format=%h %aI %an: %s'
  try {
    const run = promisify(execFile)
    const { stdout } = await run('git', ['-C', repository, 'log', '--reverse', format], {
      maxBuffer: 2 ** 28,
    })
    if (stdout === '') return undefined
    const file = join(folder, 'git-log.txt')
    await writeFile(file, stdout)
    return file
  } catch {
    return undefined // No git, or a copy of the files without its history: the other sources do.
  }
}

async function hasContent(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK)
    return (await stat(file)).size > 0
  } catch {
    return false
  }
}

/** What passed through {@link hashedLines}. */
export class Fingerprint {
  readonly #hash = createHash('sha256')
  bytes = 0

  add(piece: Uint8Array): void {
    this.#hash.update(piece)
    this.bytes += piece.length
  }

  /** SHA-256 as hex; ends the fingerprint. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

/** The bytes of a file as `remote-log cat` will print them (the last line, too, ends in a line feed), fingerprinted. */
export async function* hashedLines(file: string, fingerprint: Fingerprint): AsyncGenerator<Uint8Array> {
  let last: number | undefined
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    last = piece.at(-1) ?? last
    fingerprint.add(piece)
    yield piece
  }
  if (last === undefined || last === 0x0a) return
  const end = new TextEncoder().encode('\n')
  fingerprint.add(end)
  yield end
}
