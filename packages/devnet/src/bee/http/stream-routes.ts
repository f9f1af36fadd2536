import { SPAN_BYTES } from '@remote-log/core'
import type { WebSocket } from 'ws'
import { type BeeParts, beginUpload, sessionTag } from '../bee-parts.ts'
import { parseStamp, STAMP_BYTES } from '../stamp.ts'
import { CAC_MAX_BYTES, contentChunk } from '../swarm-chunk.ts'
import type { Tag } from '../tag-book.ts'
import type { UploadSession } from '../upload-session.ts'
import type { Exchange } from './exchange.ts'
import { headerParameters, hex, uint } from './parameters.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './server.ts'

/** Messages that may wait before the connection is not read any further. */
const WAITING_AT_MOST = 256
const UNSUPPORTED_DATA = 1003
const INTERNAL_ERROR = 1011

/** Ends a stream: with a reason, or (as Bee does for messages that are no chunk at all) without a word. */
class StreamEnd extends Error {
  readonly code: number | undefined

  constructor(code?: number, reason = '') {
    super(reason)
    this.name = 'StreamEnd'
    this.code = code
  }
}

/** Chunks over a WebSocket (Bee: `pkg/api/chunk_stream.go`): one binary message each, answered by an empty one. */
export function streamRoutes(bee: BeeParts): Route[] {
  return [{ path: '/chunks/stream', methods: { GET: exchange => open(bee, exchange) } }]
}

async function open(bee: BeeParts, exchange: Exchange): Promise<void> {
  const headers = headerParameters(exchange, { 'Swarm-Postage-Batch-Id': hex, 'Swarm-Tag': uint(64) })
  const uid = headers['Swarm-Tag'] || queryTag(exchange)
  const tag = uid ? await sessionTag(bee, uid) : undefined
  const batch = headers['Swarm-Postage-Batch-Id']
  // Chunks with a batch of the node belong to one upload, whose tag counts them when the connection ends.
  const session = batch && beginUpload(bee, bee.batches.stamper(batch), tag)
  const socket = await exchange.upgrade()
  serve(socket, message => (session ? session.put(chunkOf(message)) : putStamped(bee, message, tag)), session)
}

/** @throws Refusal 400 */
function queryTag(exchange: Exchange): number | undefined {
  const text = exchange.query['swarm-tag']
  if (text === undefined || text === '') return undefined
  if (typeof text === 'string' && /^[0-9]{1,20}$/.test(text)) return Number(text)
  throw new Refusal(400, 'invalid swarm-tag query parameter')
}

function serve(
  socket: WebSocket,
  put: (message: Buffer) => Promise<void>,
  session: UploadSession | undefined,
): void {
  const sendClose = socket.close.bind(socket)
  // Bee does not answer a client's closing: it drops the connection.
  socket.close = () => socket.terminate()
  let ended = false
  let waiting = 0
  let turn: Promise<void> = Promise.resolve()
  const end = (error: unknown) => {
    ended = true
    if (error instanceof StreamEnd && error.code !== undefined) sendClose(error.code, error.message)
    else if (error instanceof StreamEnd) socket.terminate()
    else sendClose(INTERNAL_ERROR, writeError(error))
  }
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (++waiting === WAITING_AT_MOST) socket.pause()
    turn = turn.then(async () => {
      if (!ended) {
        try {
          await put(checked(data, isBinary))
          socket.send(Buffer.alloc(0), { binary: true }, () => {})
        } catch (error) {
          end(error)
        }
      }
      if (--waiting === 0 && socket.isPaused) socket.resume()
    })
  })
  socket.on('close', () => {
    void turn.then(() => session?.done()).catch(() => {})
  })
}

/** @throws StreamEnd */
function checked(data: Buffer, isBinary: boolean): Buffer {
  if (!isBinary) throw new StreamEnd(UNSUPPORTED_DATA, 'invalid message')
  if (data.length < SPAN_BYTES) throw new StreamEnd()
  return data
}

/** A message stamp ‖ chunk: each is an upload of its own. @throws StreamEnd, Refusal */
async function putStamped(bee: BeeParts, message: Buffer, tag: Tag | undefined): Promise<void> {
  if (message.length < STAMP_BYTES + SPAN_BYTES) {
    throw new StreamEnd(INTERNAL_ERROR, 'message too small for stamp + chunk')
  }
  const stamp = parseStamp(message.subarray(0, STAMP_BYTES))
  if (!stamp || !bee.network.chain.batch(stamp.batch)) throw new StreamEnd(INTERNAL_ERROR, 'batch not found')
  const session = beginUpload(bee, bee.batches.presigned(stamp), tag)
  await session.put(chunkOf(message.subarray(STAMP_BYTES)))
  await session.done()
}

/** Only content-addressed chunks come this way. @throws StreamEnd */
function chunkOf(bytes: Buffer) {
  if (bytes.length > CAC_MAX_BYTES) throw new StreamEnd(INTERNAL_ERROR, 'invalid chunk data')
  // A copy: a message may be a view of a larger buffer of the socket.
  return contentChunk(Uint8Array.from(bytes))
}

function writeError(error: unknown): string {
  return error instanceof Refusal && error.status === 402 ? error.message : 'chunk write error'
}
