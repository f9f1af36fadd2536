import { type Finding, filesBelow, packagesOf, readText } from './workspace.ts'

const MAX_LINES = 400
/** Half of a package's source files stay under this. */
const HALF_UNDER = 120
const DRAWERS = /^(utils?|helpers?|common)$/i

/** One concept a file: no file over 400 lines, half under 120, nothing named like a drawer. */
export function checkSize(root: string): Finding[] {
  const files = ['packages', 'contracts', 'scripts', 'test', 'bench'].flatMap(folder =>
    filesBelow(root, folder),
  )
  const lines = new Map(files.map(path => [path, linesOf(readText(root, path))]))
  const large = files
    .filter(path => lines.get(path)! > MAX_LINES)
    .map(path => `${path}: ${lines.get(path)} lines; the limit is ${MAX_LINES}`)
  const drawers = files
    .filter(path => path.split('/').some(part => DRAWERS.test(part.replace(/(\.test)?\.[^.]+$/, ''))))
    .map(path => `${path}: named like a drawer; name it after its concept`)
  const heavy = packagesOf(root).flatMap(({ folder }) => {
    const sizes = files
      .filter(path => path.startsWith(`packages/${folder}/src/`))
      .map(path => lines.get(path)!)
    const short = sizes.filter(size => size < HALF_UNDER).length
    if (2 * short >= sizes.length) return []
    return [
      `packages/${folder}: ${short} of ${sizes.length} source files are under ${HALF_UNDER} lines; half must be`,
    ]
  })
  return [...large, ...drawers, ...heavy]
}

function linesOf(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}
