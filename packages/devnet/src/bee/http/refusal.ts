/** One thing that is wrong with a parameter, in Bee's words. */
export interface Reason {
  readonly field: string
  readonly error: string
}

/** An answer other than success, in Bee's words (`pkg/jsonhttp`). Thrown by handlers, sent by the server. */
export class Refusal extends Error {
  readonly status: number
  readonly reasons: readonly Reason[] | undefined

  constructor(status: number, message: string, reasons?: readonly Reason[]) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.reasons = reasons
  }
}

/** The answer to what Bee can do and this node does not imitate. No Bee answers 501 here: it can't be mistaken. */
export function notImitated(what: string): Refusal {
  return new Refusal(501, `the development node does not imitate ${what}`)
}
