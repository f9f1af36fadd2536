import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BatchOrder, ChainBatchOrder, ChainTopUpOrder, TopUpOrder } from '@remote-log/client'
import { type Address, InvalidArgumentError, LocalDamagedError } from '@remote-log/core'
import type { Home } from '../home.ts'

/** An order to a Bee node. */
export type NodeOrder = { readonly bee: string } & (
  | { readonly kind: 'buy'; readonly order: BatchOrder }
  | { readonly kind: 'topup'; readonly order: TopUpOrder }
)

/** An order with an own key, at the contract. */
export type OwnOrder = { readonly chainId: number; readonly contract: Address } & (
  | { readonly kind: 'own-buy'; readonly order: ChainBatchOrder }
  | { readonly kind: 'own-topup'; readonly order: ChainTopUpOrder }
)

/** What was begun and is not known to be done, and where. */
export type PendingOrder = NodeOrder | OwnOrder

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

/** Another place can't know whether it was paid. @throws INVALID_ARGUMENT */
export function demandSamePlace(
  home: Home,
  pending: PendingOrder,
  here: Pick<NodeOrder, 'bee'> | Pick<OwnOrder, 'chainId' | 'contract'>,
): void {
  if (placeOf(pending) !== placeOf(here)) throw begunElsewhere(home, pending)
}

/** The error of a command that can't finish what another began. */
export function begunElsewhere(home: Home, pending: PendingOrder): InvalidArgumentError {
  const was = placeOf(pending)
  const command = pending.kind.replace('own-', 'own ')
  return new InvalidArgumentError(
    `a ${command} was begun at ${was} and may have been paid: finish it there, by remote-log postage ${command} ${optionsOf(pending)}, or remove ${fileIn(home)}`,
    { pending: was, file: fileIn(home) },
  )
}

function placeOf(place: Pick<NodeOrder, 'bee'> | Pick<OwnOrder, 'chainId' | 'contract'>): string {
  return 'bee' in place ? place.bee : `contract ${place.contract} of chain ${place.chainId}`
}

function optionsOf(pending: PendingOrder): string {
  return 'bee' in pending ? `--bee ${pending.bee}` : `--postage-contract ${pending.contract}`
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
