import { type ErrorCode, RemoteLogError } from '@remote-log/core'

/** An implementation does not do what its interface says. */
export class NonConformance extends Error {
  override readonly name = 'NonConformance'
}

/** @throws {@link NonConformance} unless `condition` holds */
export function expect(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new NonConformance(rule)
}

/** Compares primitives. @throws {@link NonConformance} */
export function expectSame<T>(actual: T, expected: T, what: string): void {
  expect(Object.is(actual, expected), `${what}: expected ${show(expected)}, got ${show(actual)}`)
}

/** Compares bytes. @throws {@link NonConformance} */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  expect(actual instanceof Uint8Array, `${what}: expected a Uint8Array, got ${show(actual)}`)
  const same = actual.length === expected.length && actual.every((byte, i) => byte === expected[i])
  expect(same, `${what}: ${actual.length} bytes differ from the ${expected.length} expected`)
}

/** The ability that the suite's options declare. @throws {@link NonConformance} where the set-up does not supply it */
export function ability<T>(supplied: T | undefined, name: string): T {
  expect(supplied !== undefined, `the ability "${name}" is declared but the set-up does not supply it`)
  return supplied
}

/** Waits for a rejection with one of these codes and returns it. @throws {@link NonConformance} */
export async function expectCode(
  outcome: Promise<unknown>,
  codes: ErrorCode | readonly ErrorCode[],
  what: string,
): Promise<RemoteLogError> {
  const wanted = typeof codes === 'string' ? [codes] : codes
  let value: unknown
  try {
    value = await outcome
  } catch (error) {
    if (error instanceof RemoteLogError && wanted.includes(error.code)) return error
    const got = error instanceof RemoteLogError ? `${error.code} (${error.message})` : String(error)
    throw new NonConformance(`${what}: expected ${wanted.join(' or ')}, got ${got}`, { cause: error })
  }
  throw new NonConformance(`${what}: expected ${wanted.join(' or ')}, but it resolved to ${show(value)}`)
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'object' && value !== null) return `an object with ${Object.keys(value).join(', ')}`
  return String(value)
}
