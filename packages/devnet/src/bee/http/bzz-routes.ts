import type { BeeParts } from '../bee-parts.ts'
import { BrokenFile, bringBytes, fileBytes } from '../file-reader.ts'
import { Manifest, type ManifestEntry, ROOT_PATH, saveManifest } from '../manifest.ts'
import type { Level } from '../tree-shape.ts'
import { DEFAULT_LEVEL, uploadFile } from '../upload-file.ts'
import { rootChunk, serveFile } from './bytes-routes.ts'
import { type Collected, collectTar } from './collect-tar.ts'
import type { Exchange } from './exchange.ts'
import {
  address,
  bool,
  headerParameters,
  hex,
  ParameterError,
  pathParameters,
  queryParameters,
  redundancyLevel,
  required,
} from './parameters.ts'
import { notImitated, Refusal } from './refusal.ts'
import type { Route } from './server.ts'
import {
  beginSession,
  readParameters,
  refuseSpecialUploads,
  SESSION_HEADERS,
  tagHeaders,
} from './upload-parameters.ts'

const INDEX_DOCUMENT = 'website-index-document'
const ERROR_DOCUMENT = 'website-error-document'

/** Files and collections behind manifests (Bee: `pkg/api/bzz.go`, `dirs.go`). */
export function bzzRoutes(bee: BeeParts): Route[] {
  const read = (exchange: Exchange) => download(bee, exchange)
  return [
    { path: '/bzz', methods: { POST: exchange => upload(bee, exchange) } },
    { path: '/bzz/:address', content: true, methods: { GET: redirect, HEAD: redirect } },
    { path: '/bzz/:address/*', content: true, methods: { GET: read, HEAD: read } },
  ]
}

/** A name must not begin with a slash (Bee's validator: `startsnotwith`). */
function fileName(text: string): string {
  if (text.startsWith('/')) throw new ParameterError('want startsnotwith:/', true)
  return text
}

async function upload(bee: BeeParts, exchange: Exchange): Promise<void> {
  const headers = headerParameters(exchange, {
    'Swarm-Postage-Batch-Id': required(hex),
    ...SESSION_HEADERS,
    'Swarm-Collection': bool,
    'Swarm-Redundancy-Level': redundancyLevel,
  })
  refuseSpecialUploads(headers)
  if (headers['Swarm-Pin']) throw notImitated('pinning of manifests')
  const session = await beginSession(bee, () => bee.batches.stamper(headers['Swarm-Postage-Batch-Id']), {
    deferred: headers['Swarm-Deferred-Upload'] ?? true,
    tag: headers['Swarm-Tag'],
  })
  const options = {
    level: headers['Swarm-Redundancy-Level'] ?? DEFAULT_LEVEL,
    encrypt: headers['Swarm-Encrypt'] ?? false,
  }
  const save = (pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) =>
    uploadFile(pieces, options, chunk => session.put(chunk))
  const collection = headers['Swarm-Collection'] ?? false
  const entries = collection ? await collected(exchange, save) : await singleFile(exchange, save)
  const root = await saveManifest(entries, node => save([node]))
  await session.done(root)
  const reference = root.toString('hex')
  const etag = collection ? {} : { ETag: `"${reference}"` }
  exchange.json(201, { reference }, { ...etag, ...tagHeaders(session) })
}

type Save = (pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => Promise<Buffer>

async function singleFile(exchange: Exchange, save: Save): Promise<ManifestEntry[]> {
  const { name } = queryParameters(exchange, { name: fileName })
  const { contentType } = exchange
  if (contentType?.startsWith('multipart/form-data')) throw notImitated('multipart uploads: send a tar')
  if (contentType === undefined) throw notImitated('the guessing of a content type: send Content-Type')
  const reference = await save(exchange.pieces())
  const path = name ?? reference.toString('hex')
  return [
    { path: ROOT_PATH, reference: Buffer.alloc(0), metadata: { [INDEX_DOCUMENT]: path } },
    { path, reference, metadata: fileMetadata(contentType, path) },
  ]
}

async function collected(exchange: Exchange, save: Save): Promise<ManifestEntry[]> {
  const index = exchange.header('swarm-index-document')
  const error = exchange.header('swarm-error-document')
  const { contentType } = exchange
  if (contentType?.startsWith('multipart/form-data')) throw notImitated('multipart uploads: send a tar')
  if (contentType !== 'application/x-tar') throw new Refusal(400, 'invalid content-type')
  if (index?.includes('/')) throw new Refusal(500, 'could not store directory')
  const files: Collected[] = await collectTar(exchange.pieces(), save)
  if (files.length === 0) throw new Refusal(400, 'no files in root directory')
  const entries = files.map(({ path, name, type, reference }) => ({
    path,
    reference,
    metadata: fileMetadata(type, name),
  }))
  if (index === undefined && error === undefined) return entries
  const metadata = {
    ...(index !== undefined && { [INDEX_DOCUMENT]: index }),
    ...(error !== undefined && { [ERROR_DOCUMENT]: error }),
  }
  return [...entries, { path: ROOT_PATH, reference: Buffer.alloc(0), metadata }]
}

function fileMetadata(type: string, name: string): Record<string, string> {
  return { 'Content-Type': type, Filename: name }
}

function redirect(exchange: Exchange): void {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  const location = `/bzz/${reference.toString('hex')}/`
  exchange.text(308, `<a href="${location}">Permanent Redirect</a>.\n\n`, {
    'Content-Type': 'text/html; charset=utf-8',
    Location: location,
  })
}

async function download(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  const reading = readParameters(exchange)
  const path = (exchange.path['*'] ?? '').replace(/\/+$/, '/')
  const manifest = await Manifest.open(reference, node => wholeFile(bee, node, reading))
  if (!manifest) throw new Refusal(404, path === '' ? 'address not found or incorrect' : 'Not Found')
  const root = (await manifest.entry(ROOT_PATH))?.metadata ?? {}
  if ('swarm-feed-owner' in root) throw notImitated('feeds behind /bzz: look the feed up by /feeds')
  const found = await lookUp(manifest, path, root)
  if (found === 'directory') {
    const location = `/bzz/${reference.toString('hex')}/${path}/`
    return exchange.text(308, `<a href="${location}">Permanent Redirect</a>.\n\n`, {
      'Content-Type': 'text/html; charset=utf-8',
      Location: location,
    })
  }
  if (!found)
    throw new Refusal(404, path === '' ? 'address not found or incorrect' : 'path address not found')
  return serveEntry(bee, exchange, found, reading)
}

/** The entry that Bee serves for a path: its own, an index document's, or the error document's. */
async function lookUp(
  manifest: Manifest,
  path: string,
  root: Readonly<Record<string, string>>,
): Promise<ManifestEntry | 'directory' | undefined> {
  const { [INDEX_DOCUMENT]: index, [ERROR_DOCUMENT]: error } = root
  if (path === '') return index === undefined ? undefined : manifest.entry(index)
  const exact = await manifest.entry(path)
  if (exact) return exact
  if (!path.startsWith('/') && (await manifest.hasPrefix(`${path}/`))) return 'directory'
  const indexed =
    index && !path.endsWith(index) && (await manifest.entry(`${path.replace(/\/$/, '')}/${index}`))
  if (indexed) return indexed
  return error !== undefined && path !== error ? manifest.entry(error) : undefined
}

async function serveEntry(
  bee: BeeParts,
  exchange: Exchange,
  { reference, metadata }: ManifestEntry,
  reading: { readonly cache: boolean; readonly level: Level; readonly readAhead: number | undefined },
): Promise<void> {
  const root = await rootChunk(bee, reference, reading)
  if (!root) throw new Refusal(404, 'Not Found')
  const name = metadata.Filename?.split('/').at(-1)?.replaceAll('"', '\\"')
  const type = metadata['Content-Type'] ?? 'application/octet-stream'
  await serveFile(
    bee,
    exchange,
    { root, reference, cache: reading.cache, readAhead: reading.readAhead, type },
    {
      'Access-Control-Expose-Headers': 'Content-Disposition',
      ...(name !== undefined && { 'Content-Disposition': `inline; filename="${name}"` }),
    },
  )
}

/** All of a small file, as nodes of manifests are. Undefined where it is not to be had. */
async function wholeFile(
  bee: BeeParts,
  reference: Buffer,
  reading: { readonly cache: boolean; readonly level: Level },
): Promise<Buffer | undefined> {
  const root = await rootChunk(bee, reference, reading)
  if (!root) return undefined
  try {
    if (bee.chunks.poor) await bringBytes(root, 0, root.span, chunk => bee.chunks.fetch(chunk, true, true))
    return Buffer.concat([...fileBytes(root, 0, root.span, chunk => bee.chunks.get(chunk, reading.cache))])
  } catch (error) {
    if (error instanceof BrokenFile) return undefined
    throw error
  }
}
