import { type CallOptions, UnavailableError } from '@remote-log/core'
import { ability, expect, expectCode, expectSame } from './expectation.ts'
import type { Stall } from './runner.ts'

/** One operation of an interface, ready to be called in any state of the backend. */
export interface Operation<Subject> {
  readonly name: string
  /** Brings the subject to where the operation can be called; what it returns is called with the signal under test. */
  prepare(subject: Subject): Promise<(options: CallOptions) => Promise<unknown>>
  /** The answer may be known already, so that the operation succeeds without asking the backend. */
  readonly mayBeKnown?: boolean
  /** Checks that a stopped operation left nothing behind. */
  unchanged?(subject: Subject): Promise<void>
}

/** What a set-up can do to the backend so that the traits can be provoked. */
export interface Disturbances {
  /** From now on the backend can't be reached. */
  breakBackend?(): Promise<void> | void
  /** From now on the backend takes requests and does not answer. */
  stall?(): Promise<Stall> | Stall
}

/** Which of {@link Disturbances} every subject of a set-up has. */
export interface TraitSupport {
  readonly unavailable?: boolean
  readonly stall?: boolean
}

/** Registers, for each operation: stopped before it began, stopped while it waits, no backend. */
export function operationTraits<Subject extends Disturbances>(
  test: (name: string, body: (subject: Subject) => Promise<void>) => void,
  operations: readonly Operation<Subject>[],
  supports: TraitSupport,
): void {
  for (const operation of operations) {
    const { name } = operation

    test(`${name}: a signal that had fired before ends it with ABORTED`, async subject => {
      const call = await operation.prepare(subject)
      const stall = supports.stall ? await ability(subject.stall, 'stall').call(subject) : undefined
      let asked = false
      void stall?.reached.then(() => {
        asked = true
      })
      const reason = new UnavailableError('the reason of this test')
      const error = await expectCode(call({ signal: AbortSignal.abort(reason) }), 'ABORTED', name)
      expectSame(error.cause, reason, `cause of the error of ${name}`)
      await stall?.release()
      expect(!asked, `${name} asked the backend although the signal had fired`)
      await operation.unchanged?.(subject)
    })

    if (supports.stall) {
      test(`${name}: a signal that fires while it waits ends it with ABORTED`, async subject => {
        const call = await operation.prepare(subject)
        const stall = await ability(subject.stall, 'stall').call(subject)
        const stop = new AbortController()
        const outcome = call({ signal: stop.signal }).then(
          () => ({ error: undefined }),
          (error: unknown) => ({ error }),
        )
        const first = await Promise.race([stall.reached, outcome])
        stop.abort('the reason of this test')
        const { error } = first ?? (await outcome)
        if (error === undefined) {
          expect(operation.mayBeKnown === true, `${name} succeeded while the backend was silent`)
        } else {
          const aborted = await expectCode(Promise.reject(error), 'ABORTED', name)
          expectSame(aborted.cause, 'the reason of this test', `cause of the error of ${name}`)
        }
        await stall.release()
        await operation.unchanged?.(subject)
      })
    }

    if (supports.unavailable) {
      test(`${name}: a backend that can't be reached is UNAVAILABLE`, async subject => {
        const call = await operation.prepare(subject)
        await ability(subject.breakBackend, 'breakBackend').call(subject)
        if (operation.mayBeKnown)
          await call({}).catch(error => expectCode(Promise.reject(error), 'UNAVAILABLE', name))
        else await expectCode(call({}), 'UNAVAILABLE', name)
      })
    }
  }
}
