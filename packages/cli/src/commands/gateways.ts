import type { GatewayHealth } from '@remote-log/client'
import { NotFoundError, type Reference } from '@remote-log/core'
import type { Command } from 'commander'
import { gatewaysOf } from '../config.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { withLog } from '../open-log.ts'
import type { GlobalOptions, SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'

/** Milliseconds of silence after which a gateway is given up. */
const PATIENCE_MS = 10_000

export function addGateways(program: Command, runtime: Runtime, setExitCode: SetExitCode): void {
  program
    .command('gateways')
    .description('Ask each Bee node and gateway for the head page of the log, and say what it answered.')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: GlobalOptions = command.optsWithGlobals()
      const { stdout, signal } = runtime
      await withLog(runtime, options, async (log, { network }) => {
        const reference = log.status().head ?? (await log.head({ signal })).head
        if (reference === undefined) throw nothingToAskFor()
        const { probeGateways } = await import('@remote-log/client')
        const urls = gatewaysOf(network)
        const gateways = await probeGateways({ urls, timeoutMs: PATIENCE_MS }, reference, { signal })
        if (!gateways.some(serves)) setExitCode(EXIT_CODES.UNAVAILABLE)
        if (options.json) return stdout.json({ reference, gateways: gateways.map(shown) })
        for (const gateway of gateways) await stdout.line(describeGateway(gateway, reference))
      })
    })
}

/** What a probe found, for scripts: the outcome is what `answer` says. */
function shown(gateway: GatewayHealth): { answer: string } & Partial<GatewayHealth> {
  const { url, latencyMs, lastError } = gateway
  return { url, answer: answerOf(gateway), latencyMs: latencyMs && Math.round(latencyMs), lastError }
}

function serves({ served }: GatewayHealth): boolean {
  return served > 0
}

function answerOf({ served, lies, denied }: GatewayHealth): 'verified' | 'wrong' | 'absent' | 'none' {
  if (lies > 0) return 'wrong'
  if (served > 0) return 'verified'
  return denied > 0 ? 'absent' : 'none'
}

function describeGateway(gateway: GatewayHealth, reference: Reference): string {
  const { url, latencyMs = 0, lastError } = gateway
  switch (answerOf(gateway)) {
    case 'verified':
      return `${url}  answers, verified, in ${latencyMs.toFixed(0)} ms`
    case 'wrong':
      return `${url}  SENT WRONG BYTES for ${reference}`
    case 'absent':
      return `${url}  does not have ${reference}`
    case 'none':
      return `${url}  gives no answer: ${lastError}`
  }
}

function nothingToAskFor(): NotFoundError {
  return new NotFoundError('nothing is published yet, so there is no page to ask the gateways for', {})
}

const HELP = `
Exit code 11 where none of them gives the page. More than one: remote-log init --bee URL --bee URL, or the list
"gateways" in config.json of the home folder.

Examples:
  $ remote-log gateways
  $ remote-log gateways --json
`
