/**
 * As much of the WebAssembly binary format (core specification 2.0, chapter 5) as the hash needs: instructions as
 * lists of bytes, composed inside out like expressions of the text format, and a module of one function, one memory.
 */

/** Instructions as bytes. Those called expressions below leave one value on the stack. */
export type Code = readonly number[]

const I32 = 0x7f
const V128 = 0x7b
const NO_RESULT = 0x40

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
export const i32 = (n: number): Code => [0x41, ...signed(n)]
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a]
export const isBelow = (a: Code, b: Code): Code => [...a, ...b, 0x49]
export const isEqual = (a: Code, b: Code): Code => [...a, ...b, 0x46]
export const ifElse = (condition: Code, then: Code, otherwise: Code): Code => [
  ...condition,
  ...[0x04, NO_RESULT],
  ...then,
  0x05,
  ...otherwise,
  0x0b,
]
/** Runs `body`, and again as long as `condition` (computed after it) is not 0. */
export const doWhile = (body: Code, condition: Code): Code => [
  ...[0x03, NO_RESULT],
  ...body,
  ...condition,
  ...[0x0d, 0],
  0x0b,
]

/** Both lanes the same 64-bit constant, given as 8 bytes, little endian. */
export const constant = (lane: Code): Code => [...simd(12), ...lane, ...lane]
export const xor = (a: Code, b: Code): Code => [...a, ...b, ...simd(81)]
/** a AND NOT b */
export const andNot = (a: Code, b: Code): Code => [...a, ...b, ...simd(79)]
/** Both 64-bit lanes of a local rotated left by 1 to 63 bits. */
export const rotateLeft = (local: number, bits: number): Code => [
  ...[...get(local), ...i32(bits), ...simd(203)],
  ...[...get(local), ...i32(64 - bits), ...simd(205)],
  ...simd(80),
]
/** Lane 0 from one address, lane 1 from another, both plus a constant offset. */
export const loadPair = (first: Code, second: Code, offset: number): Code => [
  ...second,
  ...[...first, ...simd(93), ...memory(offset)],
  ...[...simd(87), ...memory(offset), 1],
]
export const loadSplat = (address: Code): Code => [...address, ...simd(10), ...memory(0)]
export const storeLane = (address: Code, offset: number, value: Code, lane: number): Code => [
  ...[...address, ...value],
  ...[...simd(91), ...memory(offset), lane],
]

/**
 * A module that exports a memory of one page (64 KiB) as `memory` and as `run` a function of i32 parameters without
 * result. Locals are numbered: parameters, then those of type i32, then those of type v128.
 */
export function moduleBytes(
  parameters: number,
  i32Locals: number,
  v128Locals: number,
  body: Code,
): Uint8Array<ArrayBuffer> {
  const locals = [...unsigned(2), ...unsigned(i32Locals), I32, ...unsigned(v128Locals), V128]
  const type = [0x60, ...vector(Array.from({ length: parameters }, () => [I32])), 0]
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([type])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, 1]])),
    ...section(
      7,
      vector([
        [...name('memory'), 2, 0],
        [...name('run'), 0, 0],
      ]),
    ),
    ...section(10, vector([sized([...locals, ...body, 0x0b])])),
  ])
}

/** LEB128. */
function unsigned(n: number): Code {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)]
}

/** Signed LEB128 of a number that is not negative. */
function signed(n: number): Code {
  return n < 0x40 ? [n] : [(n & 0x7f) | 0x80, ...signed(n >>> 7)]
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
/** Alignment (2^3 bytes) and offset of a memory access. */
const memory = (offset: number): Code => [3, ...unsigned(offset)]
const sized = (code: Code): Code => [...unsigned(code.length), ...code]
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const name = (text: string): Code => sized([...text].map(letter => letter.charCodeAt(0)))
const section = (id: number, content: Code): Code => [id, ...sized(content)]
