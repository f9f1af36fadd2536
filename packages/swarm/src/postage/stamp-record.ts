import { UnavailableError } from '@remote-log/core'
import type { AnswerOrigin } from '../answer-error.ts'

/** A batch that a node owns, as its `GET /stamps` tells it (recorded in bee-recordings/stamps.json). */
export interface OwnBatch {
  /** 64 hex digits. */
  readonly id: string
  readonly label: string
  /** Whether chunks can be stamped with it: at least ten blocks old, and not run out. */
  readonly usable: boolean
  readonly depth: number
  readonly bucketDepth: number
  /** PLUR per chunk that were paid in all, top-ups included; dilution does not change it. */
  readonly amountPlur: bigint
  /** Block in which it was made. */
  readonly blockNumber: number
  /** An immutable batch refuses chunks when full; a mutable one lets go of its oldest. */
  readonly immutable: boolean
  /** Time until it runs out at today's price, in seconds; -1 where storage costs nothing. */
  readonly ttlSeconds: number
  /** Slots taken in its fullest bucket, of `slots`. */
  readonly utilization: number
  /** Slots of each bucket. */
  readonly slots: number
}

/** Any batch of the chain, as `GET /batches/{id}` of Bee 2.8.1 tells it. */
export interface ChainBatch {
  readonly id: string
  /** PLUR per chunk: it expires when the chain's total amount reaches this. */
  readonly valuePlur: bigint
  /** 40 hex digits, lower case. */
  readonly owner: string
  readonly depth: number
  readonly immutable: boolean
  /** -1 where storage costs nothing. */
  readonly ttlSeconds: number
}

type Fields = Readonly<Record<string, unknown>>

/** @throws UNAVAILABLE where a field is missing or of another kind */
export function parseOwnBatch(value: unknown, origin: AnswerOrigin): OwnBatch {
  const read = reader(value, origin)
  const depth = read.count('depth')
  const bucketDepth = read.count('bucketDepth')
  return {
    id: read.id('batchID'),
    label: read.text('label'),
    usable: read.flag('usable') && read.optionalFlag('exists') !== false,
    depth,
    bucketDepth,
    amountPlur: read.plur('amount'),
    blockNumber: read.count('blockNumber'),
    immutable: read.flag('immutableFlag'),
    ttlSeconds: read.integer('batchTTL'),
    utilization: read.count('utilization'),
    slots: 2 ** (depth - bucketDepth),
  }
}

/** @throws UNAVAILABLE */
export function parseChainBatch(value: unknown, origin: AnswerOrigin): ChainBatch {
  const read = reader(value, origin)
  return {
    id: read.id('batchID'),
    valuePlur: read.plur('value'),
    owner: read.text('owner').replace(/^0x/, '').toLowerCase(),
    depth: read.count('depth'),
    immutable: read.flag('immutable'),
    ttlSeconds: read.integer('batchTTL'),
  }
}

/** Reads fields of a JSON object that a node sent. */
export function reader(value: unknown, origin: AnswerOrigin) {
  const fields: Fields = typeof value === 'object' && value !== null ? { ...value } : {}
  const demand = <T>(name: string, fits: (field: unknown) => field is T): T => {
    const field = fields[name]
    if (fits(field)) return field
    throw new UnavailableError(`${origin.url} answered ${origin.route} without ${name}`, {
      ...origin,
      field: name,
    })
  }
  const integer = (name: string) => demand(name, (f): f is number => Number.isSafeInteger(f))
  return {
    integer,
    count: (name: string) => demand(name, (f): f is number => Number.isSafeInteger(f) && (f as number) >= 0),
    text: (name: string) => demand(name, (f): f is string => typeof f === 'string'),
    flag: (name: string) => demand(name, (f): f is boolean => typeof f === 'boolean'),
    optionalFlag: (name: string) => fields[name],
    optional: (name: string) => fields[name],
    id: (name: string) => demand(name, (f): f is string => typeof f === 'string' && /^[0-9a-f]{64}$/.test(f)),
    plur: (name: string) =>
      BigInt(demand(name, (f): f is string => typeof f === 'string' && /^[0-9]{1,78}$/.test(f))),
  }
}
