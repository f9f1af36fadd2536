import { parseArgs } from 'node:util'

export interface Arguments {
  /** Entries of each workload, ascending. */
  readonly sizes: readonly number[]
  /** Depths of the postage batches that are filled, ascending. */
  readonly depths: readonly number[]
  /** Where the rows go, as JSON. */
  readonly json: string | undefined
  /** Also the memory of a reader of 1,000,000 entries. */
  readonly million: boolean
}

export const USAGE = `npm run bench -- [--sizes 1000,10000,100000] [--depths 17] [--million] [--json FILE]

Prints a table on stdout and progress on stderr. Exits with 1 where a bar does not hold, with 2 where it was called
wrongly. What each figure is: docs/bench.md.`

const DEFAULT_SIZES = '1000,10000,100000'
/** Below this a log has no sealed pages to speak of. */
const SMALLEST = 100

/** @throws TypeError with a message for people */
export function parseArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: DEFAULT_SIZES },
      depths: { type: 'string', default: '17' },
      json: { type: 'string' },
      million: { type: 'boolean', default: false },
    },
  })
  const sizes = values.sizes.split(',').map(Number)
  if (sizes.some(size => !Number.isInteger(size) || size < SMALLEST)) {
    throw new TypeError(`--sizes takes whole numbers from ${SMALLEST}, not ${values.sizes}`)
  }
  const depths = values.depths.split(',').map(Number)
  if (depths.some(depth => !Number.isInteger(depth) || depth < 17 || depth > 20)) {
    throw new TypeError(`--depths takes whole numbers from 17 to 20, not ${values.depths}`)
  }
  return { sizes: ascending(sizes), depths: ascending(depths), json: values.json, million: values.million }
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b)
}
