import { once } from 'node:events'
import { WebSocket } from 'ws'

/** What a WebSocket client saw, in the words of the recordings. */
export type SocketEvent =
  | { readonly open: true }
  | { readonly message: number; readonly binary: boolean }
  | { readonly close: number; readonly reason: string }
  | { readonly status: number; readonly body: string }

/** Sends messages and hangs up once each was answered, unless the other side did so before. */
export async function speak(
  url: string,
  headers: Readonly<Record<string, string>>,
  messages: readonly (Buffer | string)[],
): Promise<SocketEvent[]> {
  const events: SocketEvent[] = []
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers })
  let left = messages.length
  socket.on('open', () => {
    events.push({ open: true })
    for (const message of messages) socket.send(message)
  })
  socket.on('message', (data: Buffer, binary: boolean) => {
    events.push({ message: data.length, binary })
    if (--left === 0) socket.close()
  })
  socket.on('error', () => {})
  const refused = new Promise<void>(resolve => {
    socket.on('unexpected-response', async (_request, response) => {
      const body = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString()
      events.push({ status: response.statusCode!, body })
      resolve()
    })
  })
  const closed = once(socket, 'close').then(([close, reason]) => {
    events.push({ close, reason: String(reason) })
  })
  await Promise.race([refused, closed])
  return events
}

/** Listens on an address. Resolves when it is heard there. */
export async function listen(
  url: string,
): Promise<{ next(): Promise<Buffer>; received: Buffer[]; stop(): void }> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'))
  const received: Buffer[] = []
  socket.on('message', (data: Buffer) => received.push(data))
  await once(socket, 'open')
  return {
    received,
    async next() {
      if (received.length === 0) await once(socket, 'message')
      return received.shift()!
    },
    stop: () => socket.terminate(),
  }
}
