/** What is mutated together, and the tests that have to notice. */
export interface Subject {
  /** Sources with mutants. */
  readonly sources: RegExp
  /** Sources that are compiled beside them. */
  readonly needs: RegExp
  /** Tests, and what they import. Figures of gas and the manual are left out: they notice everything. */
  readonly tests: RegExp
}

const NO_TESTS = String.raw`gas\.test|manual\.test|tree\.test`

export const SUBJECTS: readonly Subject[] = [
  {
    sources: /^contracts\/(?:RemoteLogRegistry\.sol|registry\/)/,
    needs: /^contracts\/interfaces\/IRemoteLog(?:Heads|Lanes|Registry|Statements|Writers)\.sol$/,
    tests: new RegExp(
      `^test/contracts/(?!RemoteLogResolver|RemoteLogVerifier|SwarmProof|names/|proofs/|.*(?:${NO_TESTS}))`,
    ),
  },
  {
    sources: /^contracts\/(?:SwarmProof|RemoteLogVerifier|proof\/.*)\.sol$|^contracts\/proof\//,
    needs: /^contracts\/(?:interfaces\/IRemoteLog(?!Resolver)|RemoteLogRegistry|registry\/)/,
    tests: new RegExp(
      `^test/contracts/(?:(?:RemoteLogVerifier|SwarmProof)(?!.*(?:${NO_TESTS}))|proofs/|support/)`,
    ),
  },
  {
    sources: /^contracts\/(?:RemoteLogResolver|DnsName)\.sol$/,
    needs: /^contracts\/(?:interfaces\/|RemoteLogRegistry|registry\/)/,
    tests: new RegExp(`^test/contracts/(?:RemoteLogResolver(?!.*(?:${NO_TESTS}))|names/|support/)`),
  },
]

/** The subject of a source; undefined where it has none. */
export function subjectOf(path: string): Subject | undefined {
  return SUBJECTS.find(({ sources }) => sources.test(path))
}
