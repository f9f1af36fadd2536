import type { AtRisk, BeePostage, ExpirySource, KeyPostage, Lifetime, RemoteLog } from '@remote-log/client'
import { formatLogId, LocalDamagedError, NotFoundError, UnavailableError } from '@remote-log/core'
import type { Command } from 'commander'
import { askContract, askNodes, type BatchStatus, describeBatch } from '../batch-status.ts'
import { gatewaysOf } from '../config.ts'
import { counted } from '../counted.ts'
import { anyExpiry } from '../expiry-sources.ts'
import { type OpenFacts, withLog } from '../open-log.ts'
import { openOwn } from '../postage/open-own.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { lifetimeJson, showLifetimes } from '../show-lifetimes.ts'

export function addStatus(program: Command, runtime: Runtime): void {
  program
    .command('status')
    .description('Say what this device has, and until when each part of the log lives that it uploaded.')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: GlobalOptions = command.optsWithGlobals()
      const { stdout } = runtime
      await withLog(runtime, options, async (log, facts) => {
        const { role, network } = facts
        const asked = await whomToAsk(facts, options, runtime)
        const { id, head, block, published, unsent, publishing, sealedPages, keptPages, provisional } =
          log.status()
        const announced = role === 'writer' && provisional ? provisional.entries - published : 0
        const batch = role === 'writer' ? await batchStatus(runtime, facts, asked) : undefined
        const status = {
          log: formatLogId(id),
          role,
          unsent,
          atRisk: (await atRiskOf(log)) ?? null,
          publishing,
          published,
          head: head ?? null,
          block: block ?? null,
          sealedPages,
          keptPages,
          provisional: provisional ?? null,
          batch,
        }
        const parts = await lifetimesOf(runtime, log, asked)
        if (options.json) return stdout.json({ ...status, parts: parts.map(lifetimeJson) })
        await stdout.line(`${status.log} (${role})`)
        if (role === 'writer') {
          await stdout.line(
            `  only here    ${counted(unsent - announced, 'entry', 'entries')}${unsent > announced ? `${sinceWhen(status.atRisk)}: publish them` : ''}`,
          )
          if (announced > 0)
            await stdout.line(
              `  announced    ${counted(announced, 'entry', 'entries')}, not anchored: publish --anchor`,
            )
          if (publishing)
            await stdout.line('  a publish was begun and its end is not known: publish again settles it')
        }
        if (role === 'writer' && network.batch === undefined)
          await stdout.line(
            `  batch        none yet, which publishing needs: remote-log postage ${facts.ownStamps ? 'own buy' : 'buy --use'}`,
          )
        if (batch) {
          await stdout.line(`  batch        ${'error' in batch ? batch.error : describeBatch(batch)}`)
        }
        if (head === undefined || block === undefined)
          return stdout.line('  published    nothing seen yet: sync')
        await stdout.line(
          `  published    ${counted(published, 'entry', 'entries')}, as of block ${block.number}`,
        )
        await stdout.line(`  head         ${head}`)
        await stdout.line(
          `  kept here    ${keptPages} of ${counted(sealedPages, 'sealed page')}, and the head page`,
        )
        await showLifetimes(stdout, parts, Date.now())
      })
    })
}

/** What is lost with this device; not known where the queue is damaged, which publishing and reading will say. */
async function atRiskOf(log: RemoteLog): Promise<AtRisk | undefined> {
  try {
    return await log.atRisk()
  } catch (error) {
    if (error instanceof LocalDamagedError) return undefined
    throw error
  }
}

function sinceWhen(risk: AtRisk | null): string {
  if (risk === null) return ''
  return `, from ${risk.firstSeq} on, the first of ${new Date(risk.since).toISOString()}; lost with this device`
}

/** Who is asked about postage: each Bee node by its URL, and the contract for a batch that this device stamps for. */
interface Asked {
  readonly nodes: ReadonlyMap<string, BeePostage>
  readonly own: KeyPostage | undefined
}

async function whomToAsk(
  { network, stamps }: OpenFacts,
  options: GlobalOptions,
  runtime: Runtime,
): Promise<Asked> {
  const { BeePostage } = await import('@remote-log/client')
  const nodes = new Map(gatewaysOf(network).map(url => [url, new BeePostage({ url })]))
  return { nodes, own: stamps && (await openOwn(runtime, options, false)).postage }
}

/** Until when its parts live, where this device uploaded any. */
async function lifetimesOf(
  { signal }: Runtime,
  log: RemoteLog,
  { nodes, own }: Asked,
): Promise<readonly Lifetime[]> {
  const { pages, entries } = log.status().paid
  if (pages.length === 0 && entries.length === 0) return []
  const sources = new Map<string, ExpirySource>([...nodes, ...(own ? [['the chain', own] as const] : [])])
  return log.lifetimes(anyExpiry(sources), { signal })
}

/** What can't be found out about the batch is said, and is no reason to say nothing about the rest. */
async function batchStatus(
  { signal }: Runtime,
  { network: { batch: id }, stamps }: OpenFacts,
  { nodes, own }: Asked,
): Promise<BatchStatus | { readonly id: string; readonly error: string } | undefined> {
  if (id === undefined) return undefined
  try {
    return own && stamps?.batch === id
      ? await askContract(own, id, signal)
      : await askNodes(nodes, id, signal)
  } catch (error) {
    if (!(error instanceof UnavailableError || error instanceof NotFoundError)) throw error
    return { id, error: error.message }
  }
}

const HELP = `
Asks nobody but the Bee nodes for batches, and the chain for one that this device stamps for. For what is new in the world: remote-log sync, or head.

Examples:
  $ remote-log status
  $ remote-log status --json
`
