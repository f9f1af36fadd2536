import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BatchOrder, TopUpOrder } from '@remote-log/client'
import { LocalDamagedError } from '@remote-log/core'
import type { Home } from '../home.ts'

/** What was begun and is not known to be done; `bee` is where. */
export type PendingOrder = { readonly bee: string } & (
  | { readonly kind: 'buy'; readonly order: BatchOrder }
  | { readonly kind: 'topup'; readonly order: TopUpOrder }
)

/** The order of a command that did not come to its end. @throws LOCAL_DAMAGED */
export async function readPending(home: Home): Promise<PendingOrder | undefined> {
  const file = fileIn(home)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    // What can't be read may have been paid.
    throw new LocalDamagedError(`${file} can't be read`, { file }, error)
  })
  if (text === undefined) return undefined
  try {
    const pending: unknown = JSON.parse(text)
    if (typeof pending === 'object' && pending !== null && 'kind' in pending && 'order' in pending) {
      return pending as PendingOrder
    }
  } catch {
    // Said below, as for anything else that is no order.
  }
  throw new LocalDamagedError(`${file} is no postage order: look at postage list before you remove it`, {
    file,
  })
}

/** Written as a whole before anything is paid. */
export async function keepPending(home: Home, pending: PendingOrder): Promise<void> {
  const file = fileIn(home)
  await mkdir(home.folder, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, `${JSON.stringify(pending)}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

export async function dropPending(home: Home): Promise<void> {
  await rm(fileIn(home), { force: true })
}

function fileIn({ folder }: Home): string {
  return join(folder, 'postage-order.json')
}
