import type { Command } from 'commander'
import { addBlockTag, type BlockTagOptions } from '../block-tag.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { followProgress } from '../follow-progress.ts'
import { withLog } from '../open-log.ts'
import { parseBytes, parseDuration } from '../parse-option.ts'
import type { GlobalOptions, SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { showPlan } from '../show-plan.ts'
import { describeSync, showSync } from '../show-sync.ts'

interface Options extends GlobalOptions, BlockTagOptions {
  readonly byteBudget?: number
  readonly timeBudget?: number
  readonly plan?: boolean
}

export function addSync(program: Command, runtime: Runtime, setExitCode: SetExitCode): void {
  const command = program
    .command('sync')
    .description('Read and verify everything that is new since the last time, and keep it on this device.')
  addBlockTag(command)
    .option('--byte-budget <size>', 'stop before more than this is read, e.g. 500kB', parseBytes)
    .option('--time-budget <time>', 'stop before more time than this has passed, e.g. 30s', parseDuration)
    .option('--plan', 'say what would be read, by how many requests, and read no page')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const { byteBudget, timeBudget: timeBudgetMs, blockTag: at } = options
      await withLog(runtime, options, async log => {
        if (options.plan) {
          const plan = await log.plan({ signal: runtime.signal, byteBudget, at })
          if (options.json) await runtime.stdout.json(plan ?? null)
          else await showPlan(runtime.stdout, plan)
          return
        }
        const statement = await followProgress(runtime, 'syncing', onProgress =>
          log.sync({ signal: runtime.signal, onProgress, byteBudget, timeBudgetMs, at }),
        )
        if (options.json) await runtime.stdout.json(describeSync(statement))
        else await showSync(runtime.stdout, statement)
        const [first] = statement.missing
        if (first) setExitCode(EXIT_CODES[first.reason])
      })
    })
}

const HELP = `
Ends with a statement: complete to which entry, at which head and block, or exactly what is missing and why; the
exit code is then that of the reason, ${EXIT_CODES.BUDGET_EXCEEDED} for the budgets. Newest entries come first; the next sync goes on from there.

With --plan the newest head is read and trusted, and no page is fetched: shown is what a sync would cost. One that meets
no fault costs exactly that. With --json the plan is an object with pages, bytes, requests and rounds; null where
nothing was published.

Examples:
  $ remote-log sync
  $ remote-log sync --plan
  $ remote-log sync --time-budget 30s --byte-budget 5MB
  $ remote-log sync --block-tag finalized
  $ remote-log sync --json
`
