import { basename, posix } from 'node:path'
import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { Refusal } from './refusal.ts'

/** A file of a collection that was stored. */
export interface Collected {
  readonly path: string
  readonly name: string
  readonly type: string
  readonly reference: Buffer
}

/** What Go's `mime.TypeByExtension` knows without the system's list; for others Bee stores an empty type. */
const TYPES: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  css: 'text/css; charset=utf-8',
  gif: 'image/gif',
  htm: 'text/html; charset=utf-8',
  html: 'text/html; charset=utf-8',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  mjs: 'text/javascript; charset=utf-8',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
  webp: 'image/webp',
  xml: 'text/xml; charset=utf-8',
}

/** Stores the regular files of a tar. @throws Refusal 500 where it is none, and what `save` throws */
export async function collectTar(
  pieces: AsyncIterable<Uint8Array>,
  save: (pieces: AsyncIterable<Uint8Array>) => Promise<Buffer>,
): Promise<Collected[]> {
  const files: Collected[] = []
  const archive = Readable.from(pieces, { objectMode: false }).pipe(extract())
  try {
    for await (const entry of archive) {
      const path = posix.normalize(entry.header.name)
      if (entry.header.type !== 'file' || path === '.') {
        entry.resume()
        continue
      }
      const reference = await save(entry as unknown as AsyncIterable<Uint8Array>)
      const type = TYPES[posix.extname(path).slice(1).toLowerCase()] ?? ''
      files.push({ path, name: basename(path), type, reference })
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(500, 'could not store directory')
  }
  return files
}
