/** The two functions of a test runner that the suites use: `node:test`, Mocha and Vitest all have them. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  test(name: string, body: () => Promise<void>): unknown
}

/** Makes what one test runs on, and takes it down again. Called once a test: share slow parts outside. */
export interface Fixture<Subject> {
  setup(): Promise<Subject> | Subject
  teardown?(subject: Subject): Promise<void> | void
}

/** A backend that accepts requests and stays silent. */
export interface Stall {
  /** Resolves when a request has reached the silent backend. */
  readonly reached: Promise<void>
  /** Lets the backend answer again, what waits and what is to come. */
  release(): Promise<void> | void
}

/** Registers tests that each run on a subject of their own. */
export function subjectTest<Subject>(
  runner: TestRunner,
  fixture: Fixture<Subject>,
): (name: string, body: (subject: Subject) => Promise<void>) => void {
  return (name, body) => {
    runner.test(name, async () => {
      const subject = await fixture.setup()
      try {
        await body(subject)
      } finally {
        await fixture.teardown?.(subject)
      }
    })
  }
}
