import { readFileSync } from 'node:fs'

/** Bytes of a request, or how to make them (see test/vectors/bee/README.md). */
export interface RecordedBody {
  readonly payload?: { readonly seed: string; readonly length: number }
  readonly chunk?: RecordedBody
  readonly spanOf?: number
  readonly base64?: string
  readonly text?: string
  readonly note?: string
  readonly json?: unknown
  readonly empty?: true
  readonly length?: number
  readonly sha256?: string
}

export interface RecordedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RecordedBody
  /** The connection was closed after these bytes of the body. */
  readonly cut?: boolean
  readonly volatile?: readonly string[]
  readonly none?: unknown
}

export interface Step {
  readonly file: string
  readonly name: string
  /** What happened to the other node before the step: while it stands still, nothing that is pushed arrives. */
  readonly network?: 'stands still' | 'goes on'
  /** Milliseconds that passed before the step. */
  readonly wait?: number
  /** The variable that the answer gives to later steps, and the field that it is. */
  readonly binds?: readonly [variable: string, field: string]
  /** Files whose chunks went up one by one, all but the leaf of the number `missing`. */
  readonly files?: readonly {
    readonly payload: { seed: string; length: number }
    readonly missing?: number
  }[]
  readonly request?: {
    readonly node: 'a' | 'b'
    readonly method?: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: RecordedBody
    /** The client went away after so many bytes of the body. */
    readonly cut?: number
    /** Over a WebSocket: texts, or how long binary messages were. */
    readonly messages?: readonly string[]
  }
  /** What a subscriber on the other node heard, in hex. */
  readonly messages?: readonly string[]
  readonly response?: RecordedAnswer | readonly unknown[]
  readonly root?: string
}

/** The groups in the order in which they were recorded: their variables are bound on the way. */
const FILES = [
  'node',
  'stamps',
  'bytes',
  'chunks',
  'soc',
  'feeds',
  'tags-pins',
  'full-batch',
  'history',
  'bzz',
  'gsoc',
  'stream',
  'twice',
  'presigned',
  'holes',
  'changed',
  'rewritten',
]

const FOLDER = new URL('../../../../test/vectors/bee/', import.meta.url)

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as T
}

export function recordedSteps(): Step[] {
  return FILES.flatMap(file =>
    readJson<{ steps: Omit<Step, 'file'>[] }>(`${file}.json`).steps.map(step => ({ ...step, file })),
  )
}

/** Steps that this node is known to answer otherwise, each with the reason: `file: name` to reason. */
export function skippedSteps(): Map<string, string> {
  const { steps } = readJson<{ steps: { file: string; step: string; reason: string }[] }>('skipped.json')
  return new Map(steps.map(({ file, step, reason }) => [`${file}: ${step}`, reason]))
}
