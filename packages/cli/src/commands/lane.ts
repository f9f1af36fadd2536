import { formatLogId, InvalidArgumentError, parseLogId, parseReference } from '@remote-log/core'
import type { Command } from 'commander'
import { DEFAULT_GROUP, type LanesOptions, withLanes } from '../open-lanes.ts'
import type { SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { describeKnown, showKnown } from '../show-lanes.ts'
import { addLaneReading } from './lane-read.ts'

interface RevokeOptions extends LanesOptions {
  readonly cutOff?: string
}

export function addLane(program: Command, runtime: Runtime, setExitCode: SetExitCode): void {
  const lane = program
    .command('lane')
    .description('All logs of one person, one for each device: list them, revoke them, read them as one.')
    .addHelpText('after', HELP)
  const add = (usage: string, description: string) => withList(lane.command(usage).description(description))
  paying(
    add('add [log]', 'Add a log to a list of this key’s owner; without one, the log of this home.'),
  ).action(async (named: string | undefined, _own: unknown, command: Command) => {
    const options: LanesOptions = command.optsWithGlobals()
    await withLanes(runtime, { ...options, change: true }, async (lanes, { own }) => {
      const id = named === undefined ? own : parseLogId(named)
      if (!id) throw new InvalidArgumentError('name the log that is added: remotelog:…', {})
      const { transaction } = await lanes.add(id, runtime)
      const list = formatLogId(lanes.list)
      if (options.json) return runtime.stdout.json({ list, log: formatLogId(id), listed: true, transaction })
      await runtime.stdout.line(
        `${formatLogId(id)}\nis a lane of ${list}\nReaders need the last line: remote-log init --lanes …`,
      )
    })
  })
  paying(
    add('revoke <log>', 'End a lane: its entries up to a head stay, nothing behind it is shown any more.'),
  )
    .option('--cut-off <head>', 'that head (default: what this device read of it); none: no entry counts')
    .action(async (named: string, _own: unknown, command: Command) => {
      const options: RevokeOptions = command.optsWithGlobals()
      const given = options.cutOff
      const cutOff = given === undefined ? undefined : given === 'none' ? 'nothing' : parseReference(given)
      await withLanes(runtime, { ...options, change: true }, async lanes => {
        const id = parseLogId(named)
        const revoked = await lanes.revoke(id, { cutOff, signal: runtime.signal })
        const { transaction } = revoked
        const until = revoked.cutOff ?? null
        if (options.json)
          return runtime.stdout.json({
            list: formatLogId(lanes.list),
            log: formatLogId(id),
            listed: false,
            cutOff: until,
            transaction,
          })
        await runtime.stdout.line(
          `revoked: ${until === null ? 'none of its entries count' : `its entries up to head ${until} count`}; readers know at their next sync`,
        )
      })
    })
  add('list', 'Ask which logs are in the list.').action(async (_own: unknown, command: Command) => {
    const options: LanesOptions = command.optsWithGlobals()
    await withLanes(runtime, options, async lanes => {
      const { block, lanes: known } = await lanes.refresh(runtime)
      const list = formatLogId(lanes.list)
      if (options.json)
        return runtime.stdout.json({ list, block, lanes: known.map(each => describeKnown(lanes.list, each)) })
      await runtime.stdout.line(list)
      for (const each of known) await showKnown(runtime.stdout, lanes.list, each)
      if (known.length === 0) await runtime.stdout.line('  no lane yet: remote-log lane add')
    })
  })
  addLaneReading(add, runtime, setExitCode)
}

/** Which list a command is about. */
function withList(command: Command): Command {
  return command
    .option('--list <id>', 'the list, remotelog:… with its name as topic (default: that of the home)')
    .option('--group <name>', `a list of the home’s owner, by its name (default: ${DEFAULT_GROUP})`)
}

function paying(command: Command): Command {
  return command.option(
    '--password-file <file>',
    'file with the password of the key file (else REMOTE_LOG_PASSWORD or a prompt)',
  )
}

const HELP = `
Each device writes a log of its own, with a key of its own or with the owner's, and the owner lists them. Whoever knows
the list reads all of them as one, in one order that is the same everywhere: by time, then by log. A device that is lost
is revoked: readers keep what was read of it and see nothing that its key signs later.

Examples:
  $ remote-log lane add
  $ remote-log lane add remotelog:31337/0x…/0x…/0x…
  $ remote-log --home ./bob init --devnet ./net --lanes remotelog:31337/0x…/0x…/0x…
  $ remote-log --home ./bob lane cat
  $ remote-log --home ./bob lane tail -f --json
  $ remote-log lane revoke remotelog:31337/0x…/0x…/0x…
`
