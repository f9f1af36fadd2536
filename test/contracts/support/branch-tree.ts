/** Paths of an outline whose lines say how deep they stand. */
function pathsOf(lines: readonly { depth: number; label: string }[]): string[] {
  const path: string[] = []
  return lines.flatMap(({ depth, label }) => {
    path.splice(depth, Number.POSITIVE_INFINITY, label)
    return label.startsWith('it ') ? [path.join(' > ')] : []
  })
}

/** The leaves of a branch tree, each with the branches that lead to it. */
export function leavesOf(tree: string): string[] {
  const lines = tree.split('\n').filter(line => line !== '')
  return pathsOf(
    lines.map(line => {
      const [indent = ''] = /^[ │├└─]*/.exec(line) ?? []
      return { depth: indent.length / 4, label: line.slice(indent.length).trimEnd() }
    }),
  )
}

/** The tests of a file, as `describe` and `it` nest in it; the formatter sees to the indentation. */
export function testsOf(source: string): string[] {
  const calls = [...source.matchAll(/^( *)(describe|it)\((['"])(.*)\3, /gm)]
  const depths = calls.map(([, indent]) => indent!.length / 2)
  return pathsOf(
    calls.map(([, , call, , label], i) => ({
      depth: depths[i]!,
      label: call === 'it' ? `it ${label}` : label!,
    })),
  )
}
