import { type Relayer, type SubmitOptions, submitSigned } from '../src/index.ts'

/** Submits what it is given, one after the other: two transactions at once would take each other's nonce. */
export function payingRelayer(options: SubmitOptions): Relayer {
  let last: Promise<unknown> = Promise.resolve()
  return head => {
    const submitted = last.then(() => submitSigned(options, [head]))
    last = submitted.catch(() => undefined)
    return submitted
  }
}
