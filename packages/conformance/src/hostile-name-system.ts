import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  type HeadStatement,
  type LogKey,
  logHash,
  type NameSystem,
  type Publication,
  type Reference,
  UnavailableError,
} from '@remote-log/core'
import { silence } from './silence.ts'

/** How a hostile name system, or the provider before an honest one, answers. */
export type NameSystemAttack =
  /** Repeats the first statement that it ever made of a log, with its old block. */
  | 'stale head'
  /** States the first head that it ever saw of a log for the newest block. */
  | 'earlier head'
  /** States a head that was never published: `instead`. */
  | 'another head'
  /** Denies that the log was ever published. */
  | 'no head'
  /** Carries a publication out and says that it can't tell. */
  | 'lost receipt'
  | 'unavailable'
  | 'silent'

/** Every attack, for tests that go through all of them. */
export const NAME_SYSTEM_ATTACKS: readonly NameSystemAttack[] = [
  'stale head',
  'earlier head',
  'another head',
  'no head',
  'lost receipt',
  'unavailable',
  'silent',
]

type HeadOptions = CallOptions & { readonly at?: BlockTag | undefined }

/** A name system that lies, lags, stalls or denies; it stands before an honest one. */
export class HostileNameSystem implements NameSystem {
  /** The attack at present; undefined answers honestly. Tests switch it while they run. */
  attack: NameSystemAttack | undefined
  /** What `another head` states. */
  instead: Reference | undefined
  readonly #honest: NameSystem
  readonly #first = new Map<string, HeadStatement>()

  constructor(honest: NameSystem, attack?: NameSystemAttack, instead?: Reference) {
    this.#honest = honest
    this.attack = attack
    this.instead = instead
  }

  async chainId(options?: CallOptions): Promise<number> {
    await this.#obstruct('chainId', options)
    return this.#honest.chainId(options)
  }

  async head(log: LogKey, options?: HeadOptions): Promise<HeadStatement> {
    const [statement] = await this.heads([log], options)
    return statement!
  }

  async heads(logs: readonly LogKey[], options?: HeadOptions): Promise<readonly HeadStatement[]> {
    await this.#obstruct('heads', options)
    const statements = await this.#honest.heads(logs, options)
    return statements.map((statement, i) => this.#twist(logHash(logs[i]!), statement))
  }

  async publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options?: CallOptions,
  ): Promise<Publication> {
    await this.#obstruct('publish', options)
    const publication = await this.#honest.publish(log, expected, next, options)
    if (this.attack === 'lost receipt') throw new UnavailableError('the outcome is unknown', { next })
    return publication
  }

  async block(number: number, options?: CallOptions): Promise<BlockRef | undefined> {
    await this.#obstruct('block', options)
    return this.#honest.block(number, options)
  }

  async #obstruct(operation: string, options: CallOptions = {}): Promise<void> {
    if (this.attack === 'silent') await silence(operation, options.signal)
    if (this.attack === 'unavailable') throw new UnavailableError(`${operation} is withheld`, { operation })
  }

  #twist(log: string, statement: HeadStatement): HeadStatement {
    const first = this.#first.get(log) ?? statement
    if (statement.head !== undefined) this.#first.set(log, first)
    switch (this.attack) {
      case 'stale head':
        return first
      case 'earlier head':
        return { head: first.head, block: statement.block }
      case 'another head':
        return { head: this.instead, block: statement.block }
      case 'no head':
        return { head: undefined, block: statement.block }
      default:
        return statement
    }
  }
}
