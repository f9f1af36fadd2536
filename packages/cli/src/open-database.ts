import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CLASSIC_LEVEL_OPTIONS, LevelFolder } from '@remote-log/client'
import { ClassicLevel } from 'classic-level'
import type { Home } from './home.ts'

/** The local database of a home folder, not open yet. Loaded on its own: it brings native code. */
export function openDatabase({ database }: Home, acceptLoss = false): LevelFolder {
  const level = new ClassicLevel<string, Uint8Array>(database, CLASSIC_LEVEL_OPTIONS)
  return new LevelFolder(level, { acceptLoss, readLog: () => readLevelLog(database) })
}

async function readLevelLog(database: string): Promise<string> {
  const logs = ['LOG.old', 'LOG'].map(name => readFile(join(database, name), 'utf8').catch(emptyWhereAbsent))
  return (await Promise.all(logs)).join('\n')
}

function emptyWhereAbsent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}
