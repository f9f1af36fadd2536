/**
 * A writer that is made to be killed: `node … JSON` opens the log, says how many entries it finds, appends up to the
 * wished number and publishes beside that whenever enough wait. Each line that it prints is a moment at which it may be
 * killed.
 */
import { connect, signerOf } from '@remote-log/client'
import { ClassicLevel } from 'classic-level'
import { again, appended, type WriterOrders } from './writer.ts'

const orders = JSON.parse(process.argv[2]!) as WriterOrders
const { folder, entries, together, publishEvery, privateKey, ...where } = orders
const say = (what: string, count: number) => process.stdout.write(`${what} ${count}\n`)

const log = await connect({
  ...where,
  signer: signerOf(privateKey),
  local: new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' }),
})
const publish = async () => {
  const onProgress = ({ phase, done }: { phase: string; done: number }) => say(phase, done)
  const { published } = await again(() => log.publish({ onProgress }))
  say('published', published)
}
const { published, unsent, publishing } = log.status()
say('found', published + unsent)
let underWay: Promise<void> | undefined = publishing ? publish() : undefined
for (let next = published + unsent; next < entries; ) {
  const items = Array.from({ length: Math.min(together, entries - next) }, (_, i) => appended(next + i))
  await log.appendMany(items)
  next += items.length
  say('acknowledged', next)
  if (log.status().unsent < publishEvery) continue
  underWay ??= publish().finally(() => {
    underWay = undefined
  })
}
await underWay
await publish()
await log.close()
say('done', entries)
