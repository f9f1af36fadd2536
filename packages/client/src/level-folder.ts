import { LocalDamagedError, UnavailableError } from '@remote-log/core'
import { DatabaseOver } from './database-over.ts'
import { LOCAL_ENCODING, type LocalDatabase } from './local-database.ts'

export interface LevelFolderOptions {
  /** Reads what LevelDB said when it opened the folder last and the time before: its files `LOG` and `LOG.old`. */
  readonly readLog: () => Promise<string>
  /** Go on although writes were lost: what is left is used from now on. */
  readonly acceptLoss?: boolean | undefined
}

/** What LevelDB writes when it leaves out a part of its write-ahead log whose checksum is wrong. */
const LOST = /^.*\(ignoring error\).*: dropping (\d+) bytes; (.*)$/gm

const RECORD = 'lost'

/**
 * A ClassicLevel that does not open in silence where LevelDB threw writes away: damage in its write-ahead log costs
 * whatever stands up to 32 KiB behind, and LevelDB says so in its `LOG` alone.
 */
export class LevelFolder extends DatabaseOver<LocalDatabase> {
  readonly #options: LevelFolderOptions

  constructor(level: LocalDatabase, options: LevelFolderOptions) {
    super(level)
    this.#options = options
  }

  /** @throws LOCAL_DAMAGED (writes are lost: again each time, until the loss was accepted), and what the level throws */
  async open(): Promise<void> {
    await this.level.open()
    try {
      await this.#checkLog()
    } catch (error) {
      await this.level.close()
      throw error
    }
  }

  async #checkLog(): Promise<void> {
    const log = await this.#options.readLog().catch((cause: unknown) => {
      throw new UnavailableError('what LevelDB said of its files can not be read', {}, cause)
    })
    const lost = [...log.matchAll(LOST)]
    const known = decode(await this.level.get(RECORD, LOCAL_ENCODING))
    const newest = lost.at(-1)?.[0]
    const standing =
      newest !== undefined && newest !== known?.line ? { line: newest, accepted: false } : known
    if (standing === undefined || standing.accepted) return
    const accepted = this.#options.acceptLoss === true
    const value = new TextEncoder().encode(JSON.stringify({ ...standing, accepted }))
    await this.level.batch([{ type: 'put', key: RECORD, value }], { ...LOCAL_ENCODING, sync: true })
    if (accepted) return
    const bytes = lost.reduce((sum, [, count]) => sum + Number(count), 0)
    throw new LocalDamagedError(
      'the files of the local database are damaged: writes are lost, among them maybe entries that were never published',
      { record: '*', bytes: bytes || undefined, leveldb: standing.line },
    )
  }
}

function decode(bytes: Uint8Array | undefined): { line: string; accepted: boolean } | undefined {
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as { line: string; accepted: boolean })
}
