import { CHUNK_BYTES } from '@remote-log/core'

/** Bee's redundancy levels (`pkg/file/redundancy/level.go`): NONE, MEDIUM, STRONG, INSANE, PARANOID. */
export type Level = 0 | 1 | 2 | 3 | 4

/** Children of one inner chunk, data and parities. */
const BRANCHES = 128
const ENCRYPTED_BRANCHES = 64

/** How many data chunks (at least) need how many parities, from many to few. */
type Table = readonly (readonly [shards: number, parities: number])[]

const table = (shards: string, mostParities: number | string): Table => {
  const counts = shards.split(' ').map(Number)
  const parities =
    typeof mostParities === 'string'
      ? mostParities.split(' ').map(Number)
      : counts.map((_, i) => mostParities - i)
  return counts.map((count, i) => [count, parities[i]!])
}

/** By level; the tables 5 and 6 of The Book of Swarm, appendix F, as Bee has them. */
const PLAIN: readonly Table[] = [
  [],
  table('95 69 47 29 15 6 2 1', 9),
  table('105 96 87 78 70 62 54 47 40 33 27 21 16 11 7 4 2 1', 21),
  table('93 88 83 78 74 69 64 60 55 51 46 42 38 34 30 27 23 20 17 14 11 9 6 4 3 2 1', 31),
  table(
    '37 36 35 34 33 32 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1',
    '89 87 86 84 83 81 80 78 76 75 73 71 70 68 66 65 63 61 59 58 56 54 52 50 48 47 45 43 40 38 36 34 31 29 26 23 19',
  ),
]
const ENCRYPTED: readonly Table[] = [
  [],
  table('47 34 23 14 7 3 1', 9),
  table('52 48 43 39 35 31 27 23 20 16 13 10 8 5 3 2 1', 21),
  table(
    '46 44 41 39 37 34 32 30 27 25 23 21 19 17 15 13 11 10 8 7 5 4 3 2 1',
    '31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 6',
  ),
  table(
    '18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1',
    '87 84 81 78 75 71 68 65 61 58 54 50 47 43 38 34 29 23',
  ),
]

/** Parities that belong to so many data chunks. */
export function parityCount(children: number, level: Level, encrypted: boolean): number {
  const found = (encrypted ? ENCRYPTED : PLAIN)[level]!.find(([shards]) => shards <= children)
  return found?.[1] ?? 0
}

/** Data chunks of a full inner chunk. */
export function branching(level: Level, encrypted: boolean): number {
  const parities = parityCount(encrypted ? ENCRYPTED_BRANCHES : BRANCHES, level, encrypted)
  return encrypted ? Math.floor((BRANCHES - parities) / 2) : BRANCHES - parities
}

/** The children of an inner chunk: all data children but the last hold `full` bytes. */
export interface TreeShape {
  readonly full: number
  readonly children: number
  readonly parities: number
}

/** @param span bytes below the chunk, more than one chunk's */
export function treeShape(span: number, level: Level, encrypted: boolean): TreeShape {
  const branches = branching(level, encrypted)
  let full = CHUNK_BYTES
  while (full * branches < span) full *= branches
  const children = Math.ceil(span / full)
  return { full, children, parities: parityCount(children, level, encrypted) }
}
