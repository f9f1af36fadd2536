import type { Level } from '../tree-shape.ts'
import { cidError } from './cid-error.ts'
import type { Exchange } from './exchange.ts'
import { type Reason, Refusal } from './refusal.ts'

/** Parses a parameter, or throws the text that Go's parser or Bee's validator gives, as an Error's message. */
export type Parser<T> = (text: string) => T

/** What a parser found wrong: `validated` where Bee's validator says it, which writes names in lower case. */
export class ParameterError extends Error {
  readonly validated: boolean

  constructor(message: string, validated = false) {
    super(message)
    this.name = 'ParameterError'
    this.validated = validated
  }
}

/** Go: encoding/hex as Bee words its errors. */
export const hex: Parser<Buffer> = text => {
  const bad = [...text].find(digit => !/^[0-9a-fA-F]$/.test(digit))
  if (bad !== undefined) {
    const point = bad.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    throw new ParameterError(`invalid hex byte: U+${point} '${bad}'`)
  }
  if (text.length % 2 !== 0) throw new ParameterError('odd length hex string')
  return Buffer.from(text, 'hex')
}

export const hexOfLength =
  (length: number): Parser<Buffer> =>
  text => {
    const bytes = hex(text)
    if (bytes.length !== length) throw new ParameterError(`want len:${length}`, true)
    return bytes
  }

/** A chunk address or file reference, in hex of either case, or (which nothing resolves here) a CID or a name. */
export const address: Parser<Buffer> = text => {
  if (/^([0-9a-fA-F]{2})+$/.test(text)) return Buffer.from(text, 'hex')
  const why = `failed parsing CID ${text} err ${cidError(text)}: could not parse`
  throw new ParameterError(`invalid name or bzz address: 1 error occurred:\n\t* ${why}\n\n`)
}

/** Go: strconv.ParseUint of the given size. */
export const uint =
  (bits: number): Parser<number> =>
  text => {
    if (!/^[0-9]+$/.test(text)) throw new ParameterError('invalid syntax')
    if (BigInt(text) >= 1n << BigInt(bits)) throw new ParameterError('value out of range')
    return Number(text)
  }

/** Go: strconv.ParseBool. */
export const bool: Parser<boolean> = text => {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false
  throw new ParameterError('invalid syntax')
}

export const bigint: Parser<bigint> = text => {
  if (!/^[+-]?[0-9]+$/.test(text)) throw new ParameterError('invalid value')
  return BigInt(text)
}

/** A number that must be at least `least` (Bee's validator: `min`). */
export const atLeast =
  (least: number, parse: Parser<number>): Parser<number> =>
  text => {
    const value = parse(text)
    if (value < least) throw new ParameterError(`want min:${least}`, true)
    return value
  }

export const redundancyLevel: Parser<Level> = text => {
  const level = uint(8)(text)
  if (level > 4) throw new ParameterError('want redundancy level to be between 0 and 4', true)
  return level as Level
}

/** A parameter that must be there. */
export interface Required<T> {
  readonly required: Parser<T>
}

export const required = <T>(parse: Parser<T>): Required<T> => ({ required: parse })

type Spec = Record<string, Parser<unknown> | Required<unknown>>
type Parsed<S extends Spec> = {
  [K in keyof S]: S[K] extends Required<infer T> ? T : S[K] extends Parser<infer T> ? T | undefined : never
}

/** Headers by their names as Bee writes them. @throws Refusal 400 `invalid header params` */
export function headerParameters<S extends Spec>(exchange: Exchange, spec: S): Parsed<S> {
  return parameters('header', spec, name => exchange.header(name.toLowerCase()))
}

/** @throws Refusal 400 `invalid path params` */
export function pathParameters<S extends Spec>(exchange: Exchange, spec: S): Parsed<S> {
  return parameters('path', spec, name => exchange.path[name])
}

/** @throws Refusal 400 `invalid query params` */
export function queryParameters<S extends Spec>(exchange: Exchange, spec: S): Parsed<S> {
  return parameters('query', spec, name => {
    const value = exchange.query[name]
    return (Array.isArray(value) ? value[0] : value) || undefined
  })
}

function parameters<S extends Spec>(
  where: 'header' | 'path' | 'query',
  spec: S,
  text: (name: string) => string | undefined,
): Parsed<S> {
  const parsed: Record<string, unknown> = {}
  const unparsed: Reason[] = []
  const invalid: Reason[] = []
  for (const [name, kind] of Object.entries(spec)) {
    const value = text(name)
    const parse = typeof kind === 'function' ? kind : kind.required
    try {
      if (value !== undefined) parsed[name] = parse(value)
      else if (typeof kind !== 'function') throw new ParameterError('want required:', true)
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error
      if (error.validated) invalid.push({ field: name.toLowerCase(), error: error.message })
      else unparsed.push({ field: name, error: error.message })
    }
  }
  const reasons = unparsed.length > 0 ? unparsed : invalid
  if (reasons.length > 0) throw new Refusal(400, `invalid ${where} params`, reasons)
  return parsed as Parsed<S>
}
