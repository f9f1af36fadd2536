import {
  add,
  andNot,
  type Code,
  constant,
  doWhile,
  get,
  i32,
  ifElse,
  isBelow,
  isEqual,
  loadPair,
  loadSplat,
  moduleBytes,
  rotateLeft,
  set,
  storeLane,
  xor,
} from './wasm-code.ts'

/** Where the module's memory must hold the 24 round constants (uint64, little endian): behind all blocks. */
export const ROUND_CONSTANTS_AT = 8192
const ROUNDS = 24

/** Locals: the parameters, cursors, and the state as two hashes at once, one a lane of each vector. */
const END = 0
const LENGTH = 1
const READ = 2
const SECOND = 3
const WRITE = 4
const ROUND = 5
const state = (x: number, y: number): number => 6 + (x % 5) + 5 * (y % 5)
const moved = (x: number, y: number): number => state(x, y) + 25
const column = (x: number): number => 56 + ((x + 5) % 5)
const TEMPORARY = 61

/**
 * A WebAssembly module that hashes many short blocks in one call, two at a time (128-bit SIMD): `run(end, length)`
 * takes blocks of `length` bytes (40 or 64) that stand in memory from 0 to `end` one behind the other and puts their
 * keccak256 digests in their place, one behind the other from 0 on. With an odd number of blocks the bytes behind the
 * last digest change too. Source: FIPS 202 (Keccak-f[1600]) with Keccak's original padding.
 */
export function keccakModule(): Uint8Array<ArrayBuffer> {
  const body = [
    ...doWhile(
      [
        ...set(SECOND, add(get(READ), get(LENGTH))),
        ...absorb(),
        ...set(ROUND, i32(ROUND_CONSTANTS_AT)),
        ...doWhile(
          [...theta(), ...rhoAndPi(), ...chi(), ...iota(), ...set(ROUND, add(get(ROUND), i32(8)))],
          isBelow(get(ROUND), i32(ROUND_CONSTANTS_AT + 8 * ROUNDS)),
        ),
        ...squeeze(),
        ...set(WRITE, add(get(WRITE), i32(64))),
        ...set(READ, add(get(SECOND), get(LENGTH))),
      ],
      isBelow(get(READ), get(END)),
    ),
  ]
  return moduleBytes(2, 4, 56, body)
}

/** FIPS 202 section 3.2.5: the round constants, from their shift register. */
export function roundConstants(): bigint[] {
  let register = 1
  const nextBit = (): number => {
    const bit = register & 1
    register = (register << 1) ^ (register & 0x80 ? 0x171 : 0)
    return bit
  }
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n
    for (let j = 0; j <= 6; j++) if (nextBit()) constant |= 1n << (2n ** BigInt(j) - 1n)
    return constant
  })
}

/** Loads two blocks with their padding: 0x01 behind the message, 0x80 at the end of the rate (17 words). */
function absorb(): Code {
  const word = (i: number): Code =>
    set(state(i % 5, Math.floor(i / 5)), loadPair(get(READ), get(SECOND), 8 * i))
  const fixed = (i: number, lane: Code): Code => set(state(i % 5, Math.floor(i / 5)), constant(lane))
  const zero = [0, 0, 0, 0, 0, 0, 0, 0]
  const first = [1, 0, 0, 0, 0, 0, 0, 0]
  const last = [0, 0, 0, 0, 0, 0, 0, 0x80]
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
  return [
    ...range(0, 5).flatMap(word),
    ...ifElse(
      isEqual(get(LENGTH), i32(64)),
      [...range(5, 8).flatMap(word), ...fixed(8, first)],
      [...fixed(5, first), ...range(6, 9).flatMap(i => fixed(i, zero))],
    ),
    ...range(9, 25).flatMap(i => fixed(i, i === 16 ? last : zero)),
  ]
}

const FIVE = [0, 1, 2, 3, 4]

function theta(): Code {
  const parity = (x: number): Code =>
    FIVE.slice(1).reduce<Code>((sum, y) => xor(sum, get(state(x, y))), get(state(x, 0)))
  return [
    ...FIVE.flatMap(x => set(column(x), parity(x))),
    ...FIVE.flatMap(x => {
      const sum = set(TEMPORARY, xor(get(column(x - 1)), rotateLeft(column(x + 1), 1)))
      return [...sum, ...FIVE.flatMap(y => set(state(x, y), xor(get(state(x, y)), get(TEMPORARY))))]
    }),
  ]
}

/** Offsets and places as FIPS 202 sections 3.2.2 and 3.2.3 walk them. */
function rhoAndPi(): Code {
  const code = [...set(moved(0, 0), get(state(0, 0)))]
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    const bits = (((t + 1) * (t + 2)) / 2) % 64
    const [toX, toY] = [y, (2 * x + 3 * y) % 5]
    code.push(...set(moved(toX, toY), rotateLeft(state(x, y), bits)))
    ;[x, y] = [toX, toY]
  }
  return code
}

function chi(): Code {
  return FIVE.flatMap(y =>
    FIVE.flatMap(x =>
      set(state(x, y), xor(get(moved(x, y)), andNot(get(moved(x + 2, y)), get(moved(x + 1, y))))),
    ),
  )
}

function iota(): Code {
  return set(state(0, 0), xor(get(state(0, 0)), loadSplat(get(ROUND))))
}

/** 32 bytes of each hash. */
function squeeze(): Code {
  return [0, 1].flatMap(lane =>
    [0, 1, 2, 3].flatMap(i => storeLane(get(WRITE), 32 * lane + 8 * i, get(state(i, 0)), lane)),
  )
}
