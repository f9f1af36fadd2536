import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PayloadSource } from '@remote-log/client'
import { FileSplitter, InvalidArgumentError, type Reference } from '@remote-log/core'

/**
 * Payloads from the files of a folder and the folders in it: a file is the payload of every entry whose reference it
 * has as a Swarm file, whatever its name. Each file is read once to find that out.
 * @throws INVALID_ARGUMENT where the folder can't be read
 */
export async function payloadFolder(folder: string, signal: AbortSignal): Promise<PayloadSource> {
  const files = new Map<Reference, string>()
  try {
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = join(file.parentPath, file.name)
      files.set(await rootOf(path, signal), path)
    }
  } catch (cause) {
    signal.throwIfAborted()
    const message = `the folder ${folder} with payloads can't be read: ${(cause as Error).message}`
    throw new InvalidArgumentError(message, { folder }, cause)
  }
  return ({ content }) => {
    const path = content.kind === 'reference' ? files.get(content.reference) : undefined
    return path === undefined ? undefined : createReadStream(path, { signal })
  }
}

async function rootOf(path: string, signal: AbortSignal): Promise<Reference> {
  const splitter = new FileSplitter()
  for await (const piece of createReadStream(path, { signal })) splitter.push(piece as Uint8Array)
  return splitter.finish().root
}
