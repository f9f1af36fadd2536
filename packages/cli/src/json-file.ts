import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, NotFoundError } from '@remote-log/core'

/** A JSON object from a file, its fields still to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** @throws NotFoundError (no such file), InvalidArgumentError (unreadable, or no JSON object) */
export async function readJsonFile(file: string, what: string): Promise<JsonObject> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new NotFoundError(`there is no ${what} at ${file}`, { file }, error)
    }
    throw new InvalidArgumentError(
      `cannot read ${what} ${file}: ${(error as Error).message}`,
      { file },
      error,
    )
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  } catch (error) {
    throw new InvalidArgumentError(`${what} ${file} is not JSON: was it cut or edited?`, { file }, error)
  }
  throw new InvalidArgumentError(`${what} ${file} does not hold a JSON object`, { file })
}

/** A text field. @throws InvalidArgumentError */
export function textField(object: JsonObject, name: string, file: string): string {
  const value = object[name]
  if (typeof value !== 'string' || value === '') {
    throw new InvalidArgumentError(`${file}: the field "${name}" must be a text`, { file, field: name })
  }
  return value
}

/** A field that is a positive integer. @throws InvalidArgumentError */
export function countField(object: JsonObject, name: string, file: string): number {
  const value = object[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError(`${file}: the field "${name}" must be a positive integer`, {
      file,
      field: name,
    })
  }
  return value
}
