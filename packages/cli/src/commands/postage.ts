import { InvalidArgumentError } from '@remote-log/core'
import type { Command } from 'commander'
import { replaceBatch } from '../config.ts'
import { confirm } from '../confirm.ts'
import { parseAmount, parseBatch, parseBytes, parseCount, parseUrl } from '../parse-option.ts'
import { buy, topUp } from '../postage/buy.ts'
import { batchMeant, type OpenPostage, openPostage, type PostageOptions } from '../postage/open-postage.ts'
import { batchJson, batchLine, costLine, quoteJson } from '../postage/show-postage.ts'
import { type Wish, wishOf } from '../postage/wish.ts'
import type { Runtime } from '../runtime.ts'
import { addPostageOwn } from './postage-own.ts'

export interface WishOptions extends PostageOptions, Wish {
  readonly mutable?: boolean
  readonly use?: boolean
  readonly wait?: boolean
  readonly yes?: boolean
}

type Act = (open: OpenPostage, options: WishOptions, batch: string | undefined) => Promise<void>

export function addPostage(program: Command, runtime: Runtime): void {
  const postage = program
    .command('postage')
    .description(
      'Postage batches of the Bee node: what they cost, buying, choosing, topping up, diluting; with own: of a key.',
    )
    .addHelpText('after', HELP)
  const add = (usage: string, description: string, act: Act) => {
    const command = postage.command(usage).description(description)
    command
      .option(
        '--bee <url>',
        'Bee node that owns and pays for batches (default: the configured one)',
        parseUrl,
      )
      .option(
        '--block-time <seconds>',
        'seconds a block (default: measured, else 5 as on Gnosis)',
        parseAmount,
      )
      .action(async () => {
        const options: WishOptions = command.optsWithGlobals()
        const named = command.args[0] === undefined ? undefined : parseBatch(command.args[0])
        await act(await openPostage(runtime, options), options, named)
      })
    return command
  }
  const wish = (command: Command) =>
    command
      .option('--size <bytes>', 'what has to find room, such as 500MB', parseBytes)
      .option('--depth <n>', 'log2 of the chunks paid for, 17 to 255, in place of --size', parseCount)
      .option('--days <n>', 'how long it is to last', parseAmount)
  const paying = (command: Command) => command.option('--yes', 'spend without asking')

  wish(
    add('quote', 'Say what a new batch costs and until when it lasts.', async (open, options) => {
      const quote = await open.postage.quote(wishOf(options), runtime)
      if (options.json) return runtime.stdout.json(quoteJson(quote))
      await runtime.stdout.line(`depth ${quote.depth}: ${costLine(quote)}`)
    }),
  )
  paying(
    wish(
      add('buy', 'Buy a batch, once: after a crash the same command finds it.', (open, options) =>
        buy(runtime, open, options, wishOf(options)),
      ),
    ),
  )
    .option(
      '--mutable',
      'one that drops its oldest chunks when a bucket is full, instead of refusing new ones',
    )
    .option('--use', 'write with it from now on')
    .option('--no-wait', 'do not wait until it can be used')
  add('list', 'List the batches of the node.', async ({ postage }, options) => {
    const batches = await postage.list(runtime)
    if (options.json) return runtime.stdout.json(batches.map(batchJson))
    if (batches.length === 0) return runtime.stdout.line('the node has no batch: remote-log postage buy')
    for (const batch of batches) await runtime.stdout.line(batchLine(batch))
  })
  wish(
    add('choose', 'Say which batch of the node fits, and why the others do not.', (open, options) =>
      choose(runtime, open, options),
    ),
  )
    .option('--mutable', 'take a mutable one as well')
    .option('--use', 'write with it from now on')
  add('use <batch>', 'Write with this batch from now on.', async (open, { json }, batch) => {
    await open.postage.check(batch!, {}, runtime)
    await replaceBatch(open.home, batch!)
    await (json ? runtime.stdout.json({ batch }) : runtime.stdout.line(`this device writes with ${batch}`))
  })
  paying(
    add('topup [batch]', 'Let a batch, anybody’s, last longer.', (open, options, named) => {
      const { days } = options
      if (days === undefined) throw new InvalidArgumentError('--days is missing: how much longer', {})
      return topUp(runtime, open, options, batchMeant(named, open), days)
    }).option('--days <n>', 'how much longer', parseAmount),
  )
  paying(
    add('dilute [batch]', 'Give a batch room for more chunks, for less time.', (...a) =>
      dilute(runtime, ...a),
    ).option('--depth <n>', 'the new depth: one more is twice the chunks for half the time', parseCount),
  )
  addPostageOwn(postage, runtime)
}

async function choose(runtime: Runtime, open: OpenPostage, options: WishOptions): Promise<void> {
  const { size, days, mutable } = options
  const seconds = days === undefined ? undefined : days * 86_400
  const { batch, rejected } = await open.postage.choose({ bytes: size, seconds, mutable }, runtime)
  if (batch && options.use) await replaceBatch(open.home, batch.id)
  if (options.json) return runtime.stdout.json({ batch: batch ? batchJson(batch) : null, rejected })
  if (batch) await runtime.stdout.line(batchLine(batch))
  else await runtime.stdout.line('no batch fits: remote-log postage buy')
  for (const { id, message } of rejected) await runtime.stdout.line(`not ${id}\n  ${message}`)
}

async function dilute(
  runtime: Runtime,
  open: OpenPostage,
  options: WishOptions,
  named: string | undefined,
): Promise<void> {
  const { depth, yes, json } = options
  if (depth === undefined) throw new InvalidArgumentError('--depth is missing: the new depth', {})
  const batch = batchMeant(named, open)
  await confirm(runtime, yes, `dilution of ${batch} to depth ${depth}: gas alone, and less time`)
  await open.postage.dilute(batch, depth, runtime)
  const status = (await open.postage.list(runtime)).find(({ id }) => id === batch)
  if (!status) return
  await (json ? runtime.stdout.json(batchJson(status)) : runtime.stdout.line(batchLine(status)))
}

const HELP = `
A batch pays for chunks: docs/postage.md says what it is. Costs are in BZZ, in exact decimals, and gas comes on top. What
costs money is confirmed at the terminal or by --yes; what was begun and cut off is finished by the next buy or topup.

Examples:
  $ remote-log postage quote --size 1GB --days 90
  $ remote-log postage buy --size 1GB --days 90 --use
  $ remote-log postage choose --size 200MB --days 30
  $ remote-log postage topup --days 30 --yes
  $ remote-log postage dilute --depth 23
  $ remote-log postage own buy --size 1GB --days 90 --use
`
