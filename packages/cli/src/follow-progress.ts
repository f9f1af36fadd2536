import type { OnProgress, Progress as Step } from '@remote-log/client'
import { startProgress } from './progress.ts'
import type { Runtime } from './runtime.ts'

const PHASES: Readonly<Record<Step['phase'], string>> = {
  head: 'asking for the head',
  index: 'reading the index',
  pages: 'reading pages',
  room: 'looking for room in the batch',
  payload: 'payload',
  upload: 'uploading chunks',
  confirm: 'waiting until the network has them',
  publish: 'waiting for the block',
}

/** Runs an operation of the client and shows how far it is. */
export async function followProgress<T>(
  runtime: Runtime,
  what: string,
  run: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  const shown = startProgress(runtime, what)
  try {
    return await run(({ phase, done, total }) => {
      const count = total === undefined ? `${done}` : `${done} of ${total}`
      const counts = done > 0 && total !== 1
      shown.update(`${what}: ${PHASES[phase]}${counts ? ` (${count})` : ''}`)
    })
  } finally {
    shown.stop()
  }
}
