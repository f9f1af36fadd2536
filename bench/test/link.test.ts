import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import type { LinkOperations } from '../network/link.ts'
import { type Peer, startPeer } from '../process/peer.ts'

/** Answers every byte with the same byte. */
const echo = createServer(socket => socket.pipe(socket))
let link: Peer<LinkOperations>
let port: number

before(async () => {
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  link = startPeer<LinkOperations>(new URL('../network/link.ts', import.meta.url))
  port = await link.do.open((echo.address() as AddressInfo).port)
})

after(async () => {
  await link.stop()
  echo.close()
})

beforeEach(async () => {
  await link.do.setRoundTrip(0, { handshake: false })
  await link.do.take()
})

async function enter(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return answer.toString()
}

test('what passes is counted, both ways, and counted once', async () => {
  const socket = await enter()
  assert.equal(await ask(socket, 'hello'), 'hello')
  assert.deepEqual(await link.do.take(), { up: 5, down: 5, connections: 1 })
  assert.deepEqual(await link.do.take(), { up: 0, down: 0, connections: 0 })
  socket.destroy()
})

test('an answer takes the round trip, and the first one the handshake too', async () => {
  await link.do.setRoundTrip(40, { handshake: true })
  const start = performance.now()
  const socket = await enter()
  await ask(socket, 'a')
  const first = performance.now() - start
  await ask(socket, 'b')
  const second = performance.now() - start - first
  // Lower limits only, which no busy machine can break: the link is never faster than stated.
  assert.ok(first >= 80, `first answer after ${first} ms`)
  assert.ok(second >= 40, `second answer after ${second} ms more`)
  socket.destroy()
})

test('in lock step, requests that need no answers are one round; those that do are more', async () => {
  const sockets = await Promise.all([enter(), enter(), enter()])
  await link.do.startLockStep()
  await Promise.all(sockets.map(socket => ask(socket, 'x')))
  assert.equal(await link.do.stopLockStep(), 1)

  await link.do.startLockStep()
  await ask(sockets[0], 'x')
  await ask(sockets[1], 'y')
  await Promise.all([ask(sockets[0], 'z'), ask(sockets[2], 'z')])
  assert.equal(await link.do.stopLockStep(), 3)
  for (const socket of sockets) socket.destroy()
})

test('when one side closes, so does the other', async () => {
  const socket = await enter()
  await ask(socket, 'x')
  socket.end()
  await once(socket.resume(), 'close')
})
