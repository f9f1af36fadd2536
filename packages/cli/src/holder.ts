import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** A database of a home folder that one process at a time has open. */
export interface Shared {
  /** The home folder. */
  readonly folder: string
  /** The file that says who has it. */
  readonly holder: string
}

/** Who has the local database of a home folder open. */
export interface Holder {
  readonly pid: number
  /** The command, e.g. `publish`. */
  readonly command: string
  /** Unix ms. */
  readonly since: number
}

/**
 * Leaves a note for those who find the folder locked. The lock itself is LevelDB's, which the operating system frees with
 * the process: a note that a killed process left behind misleads nobody. Returns what takes it back.
 */
export function leaveNote({ holder }: Shared, command: string): () => void {
  const note: Holder = { pid: process.pid, command, since: Date.now() }
  const text = JSON.stringify(note)
  try {
    writeFileSync(holder, text)
  } catch {
    // Others will wait without knowing for whom.
  }
  return () => {
    try {
      if (readFileSync(holder, 'utf8') === text) rmSync(holder)
    } catch {
      // Somebody else's by now, or gone.
    }
  }
}

/** Whose note there is, where that process is still alive. */
export async function readNote({ holder }: Shared): Promise<Holder | undefined> {
  try {
    const note = JSON.parse(await readFile(holder, 'utf8')) as Holder
    process.kill(note.pid, 0)
    return note
  } catch {
    return undefined
  }
}

/** A holder in a sentence. */
export function describeHolder(holder: Holder | undefined): string {
  return holder ? `remote-log ${holder.command} (process ${holder.pid})` : 'another process'
}
