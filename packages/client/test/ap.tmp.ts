import { ClassicLevel } from 'classic-level'
import { MemoryContentStore, MemoryNameSystem, parseAddress, topicOf } from '@remote-log/core'
import { RemoteLog } from '@remote-log/client'
import { rmSync } from 'node:fs'
const owner = parseAddress('0x' + '11'.repeat(20))
rmSync('/tmp/aplevel', { recursive: true, force: true }); rmSync('/tmp/aplevel2', { recursive: true, force: true })
const id = { chainId: 1337, registry: parseAddress('0x'+'22'.repeat(20)), owner, topic: topicOf('t') }
const log = await RemoteLog.open({ id, store: new MemoryContentStore(), names: new MemoryNameSystem({owner}), local: new ClassicLevel('/tmp/aplevel'), writable: true, durability: 'os' })
const db = new ClassicLevel<string, Uint8Array>('/tmp/aplevel2', { valueEncoding: 'view' }); await db.open()
for (let r = 0; r < 3; r++) {
let t = performance.now()
for (let i = 0; i < 30000; i++) await log.append(new Uint8Array(256).fill(i % 251), { timestamp: 1700000000000 + i })
console.log('ours', 30000/(performance.now()-t)*1000|0); t = performance.now()
const k = 'a'.repeat(64)
for (let i = 0; i < 30000; i++) await db.put(k + '/unsent/' + (i+r*30000).toString(16).padStart(14,'0'), new Uint8Array(298).fill(i % 251))
console.log('raw put', 30000/(performance.now()-t)*1000|0); t = performance.now()
for (let i = 0; i < 30000; i++) await db.batch([{type:'put', key: k + '/unsent2/' + (i+r*30000).toString(16).padStart(14,'0'), value: new Uint8Array(298).fill(i % 251)}], { keyEncoding: 'utf8', valueEncoding: 'view', sync: false })
console.log('raw batch', 30000/(performance.now()-t)*1000|0); t = performance.now()
}
