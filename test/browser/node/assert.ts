// Stands in for `node:assert/strict` in a browser: what the suites that run there use of it.

class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

function fail(message: string | undefined, otherwise: string): never {
  throw new AssertionError(message ?? otherwise)
}

const show = (value: unknown) =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))?.slice(0, 500)

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every(item => b.has(item))
  if (a instanceof Map && b instanceof Map) return same([...a], [...b])
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  return (
    keys.length === others.length &&
    keys.every(key => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)))
  )
}

type Matcher = object | ((error: unknown) => boolean)

function matches(error: unknown, matcher: Matcher | undefined): boolean {
  if (matcher === undefined) return true
  if (typeof matcher !== 'function')
    return Object.entries(matcher).every(([key, value]) => same(Reflect.get(error as object, key), value))
  if (matcher.prototype instanceof Error || (matcher as unknown) === Error)
    return error instanceof (matcher as unknown as typeof Error)
  return (matcher as (error: unknown) => boolean)(error)
}

const assert = {
  ok(value: unknown, message?: string): asserts value {
    if (!value) fail(message, `${show(value)} is not true`)
  },
  equal(actual: unknown, expected: unknown, message?: string): void {
    if (!Object.is(actual, expected)) fail(message, `${show(actual)} is not ${show(expected)}`)
  },
  notEqual(actual: unknown, expected: unknown, message?: string): void {
    if (Object.is(actual, expected)) fail(message, `both are ${show(actual)}`)
  },
  deepEqual(actual: unknown, expected: unknown, message?: string): void {
    if (!same(actual, expected)) fail(message, `${show(actual)} is not ${show(expected)}`)
  },
  match(actual: string, pattern: RegExp, message?: string): void {
    if (!pattern.test(actual)) fail(message, `${actual} does not match ${pattern}`)
  },
  async rejects(outcome: Promise<unknown> | (() => Promise<unknown>), matcher?: Matcher): Promise<void> {
    let error: unknown
    try {
      await (typeof outcome === 'function' ? outcome() : outcome)
    } catch (caught) {
      error = caught
    }
    if (error === undefined) fail(undefined, 'nothing was thrown')
    if (!matches(error, matcher)) fail(undefined, `another error: ${String(error)}`)
  },
}

export default assert
