import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LocalDamagedError } from '@remote-log/core'
import type { Home } from '../home.ts'

/** The batches that were bought here with an own key: the contract does not list them by owner. @throws LOCAL_DAMAGED */
export async function readOwnBatches(home: Home): Promise<readonly string[]> {
  const file = fileIn(home)
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (Array.isArray(value) && value.every(id => /^[0-9a-f]{64}$/.test(id))) return value
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new LocalDamagedError(`${file} is no list of postage batches`, { file })
}

export async function rememberOwnBatch(home: Home, id: string): Promise<void> {
  const known = await readOwnBatches(home)
  if (known.includes(id)) return
  const file = fileIn(home)
  await mkdir(home.folder, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, `${JSON.stringify([...known, id])}\n`, { flush: true })
  await rename(`${file}.new`, file)
}

function fileIn({ folder }: Home): string {
  return join(folder, 'own-batches.json')
}
