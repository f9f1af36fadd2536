import { mutantsOf } from './mutation/mutants.ts'
import { codeHash, RESULTS, readResults } from './mutation/results.ts'
import { type Finding, filesBelow, readText } from './workspace.ts'

/** What has to be mutated: the registry, which keeps what nobody can put right. */
const MUTATED = /^contracts\/registry\//

/** The committed results of `npm run mutate` are those of the sources as they are, and say why each survivor may live. */
export function checkMutation(root: string): Finding[] {
  const results = readResults(root)
  const sources = filesBelow(root, 'contracts', /\.sol$/)
  const again = (path: string) => `npm run mutate -- --file ${path}`
  return [
    ...sources
      .filter(path => MUTATED.test(path) && results[path] === undefined)
      .map(path => `${RESULTS}: nothing of ${path}; ${again(path)}`),
    ...Object.entries(results).flatMap(([path, { code, mutants, killed, invalid, survivors }]) => {
      if (!sources.includes(path)) return [`${RESULTS}: there is no ${path}`]
      const source = readText(root, path)
      if (codeHash(source) !== code) return [`${RESULTS}: ${path} has changed since; ${again(path)}`]
      return [
        ...(mutants === mutantsOf(source).length && mutants === killed + invalid + survivors.length
          ? []
          : [`${RESULTS}: ${path} has another number of mutants; ${again(path)}`]),
        ...survivors
          .filter(({ why }) => why.trim() === '')
          .map(
            ({ line, original, replacement }) => `${path}:${line}: survives: ${original} -> ${replacement}`,
          ),
      ]
    }),
  ]
}
