import { NotFoundError, UnavailableError } from '@remote-log/core'
import { isAbsence, unavailable, writeError } from './answer-error.ts'
import type { BeeAnswer } from './bee-connection.ts'
import type { BeeNode } from './bee-node.ts'

/** What a Bee node says about an upload, in chunks (`pkg/api/tag.go`). */
export interface Tag {
  readonly uid: number
  /** Chunks that came under this tag, the same one counted each time that it came. */
  readonly split: number
  /** Those of them that the node was about to push already, under this or another tag. */
  readonly seen: number
  /** Those of them that the network took. */
  readonly synced: number
}

/** A new tag. @throws UNAVAILABLE, REFUSED, ABORTED */
export function createTag(node: BeeNode, signal: AbortSignal | undefined): Promise<Tag> {
  return node.call({ method: 'POST', route: '/tags' }, signal, (answer, origin) => {
    if (answer.status !== 201) throw writeError(answer, origin)
    return parseTag(answer, origin.url)
  })
}

/** A tag as it is now. @throws NOT_FOUND, UNAVAILABLE, ABORTED */
export async function readTag(node: BeeNode, uid: string, signal: AbortSignal | undefined): Promise<Tag> {
  return node.call({ method: 'GET', route: '/tags/{uid}', parameter: uid }, signal, (answer, origin) => {
    if (isAbsence(answer)) throw new NotFoundError(`${origin.url} has no upload ${uid}`, { upload: uid })
    if (answer.status !== 200) throw unavailable(answer, origin)
    return parseTag(answer, origin.url)
  })
}

function parseTag({ bytes, status }: BeeAnswer, url: string): Tag {
  const fields = parseObject(bytes)
  const count = (name: string): number => {
    const value = fields?.[name]
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
    throw new UnavailableError(`${url} answered a tag without ${name}`, { url, status })
  }
  return { uid: count('uid'), split: count('split'), seen: count('seen'), synced: count('synced') }
}

/** The JSON object in a body, if it is one. */
export function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
