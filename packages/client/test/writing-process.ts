/**
 * A writer for tests that kill it: `node writing-process.ts JSON` opens the log, says how many entries it finds, appends
 * up to the wished number and publishes now and then. Each line that it prints is a moment at which it may be killed.
 */
import { ClassicLevel } from 'classic-level'
import { connect, signerOf } from '../src/index.ts'
import { appended, type WriterOrders } from './killed-writer.ts'

const orders = JSON.parse(process.argv[2]!) as WriterOrders
const { folder, entries, together, publishEvery, privateKey, ...where } = orders
const say = (what: string, count: number) => process.stdout.write(`${what} ${count}\n`)

const log = await connect({
  ...where,
  signer: signerOf(privateKey),
  local: new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' }),
  durability: 'os',
})
const onProgress = ({ phase, done }: { phase: string; done: number }) => say(phase, done)
const { published, unsent, publishing } = log.status()
say('found', published + unsent)
if (publishing || unsent >= publishEvery) await log.publish({ onProgress })
for (let next = published + unsent; next < entries; ) {
  const items = Array.from({ length: Math.min(together, entries - next) }, (_, i) => appended(next + i))
  await log.appendMany(items)
  next += items.length
  say('acknowledged', next)
  if (log.status().unsent >= publishEvery) await log.publish({ onProgress })
}
await log.publish({ onProgress })
await log.close()
say('done', entries)
