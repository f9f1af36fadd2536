// The client's own suites, over IndexedDB: what suites.test.ts runs inside a browser.
import '../../packages/client/test/basics.test.ts'
import '../../packages/client/test/concurrency.test.ts'
import '../../packages/client/test/crash.test.ts'
import '../../packages/client/test/faults.test.ts'
import { gathered } from './node/test.ts'

export function names(): string[] {
  return [...gathered.keys()]
}

/** Returns what went wrong. */
export async function run(name: string): Promise<string | undefined> {
  try {
    await gathered.get(name)!()
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? String(error)) : String(error)
  }
}
