import { manifestNode, type NodeFork, readManifestNode } from './manifest-node.ts'

/** What a manifest says about a path: a file's reference (empty for none) and its metadata. */
export interface ManifestEntry {
  readonly path: string
  readonly reference: Buffer
  readonly metadata: Readonly<Record<string, string>>
}

/** The path whose metadata are the whole manifest's. */
export const ROOT_PATH = '/'
/** Bytes of a path that one fork can hold. */
const PREFIX_BYTES = 30

/** Stores a node's bytes as a file. */
type Save = (bytes: Buffer) => Promise<Buffer>
/** Loads a node's bytes; undefined where they are not to be had. */
type Load = (reference: Buffer) => Promise<Buffer | undefined>

interface Rest {
  readonly path: Buffer
  readonly entry: ManifestEntry
}

/** Stores a manifest, children first. @returns its reference. A later entry of a path replaces an earlier one. */
export function saveManifest(entries: readonly ManifestEntry[], save: Save): Promise<Buffer> {
  const byPath = new Map(entries.map(entry => [entry.path, entry]))
  const rest = [...byPath.values()].map(entry => ({ path: Buffer.from(entry.path), entry }))
  const size = entries.find(({ reference }) => reference.length > 0)?.reference.length ?? 32
  return saveNode(rest, size, save)
}

async function saveNode(rest: readonly Rest[], size: number, save: Save): Promise<Buffer> {
  const own = rest.find(({ path }) => path.length === 0)?.entry
  const groups = new Map<number, Rest[]>()
  for (const one of rest) {
    const [first] = one.path
    if (first !== undefined) groups.set(first, [...(groups.get(first) ?? []), one])
  }
  const forks: NodeFork[] = []
  for (const [, group] of [...groups].sort(([a], [b]) => a - b)) {
    const prefix = commonPrefix(group.map(({ path }) => path))
    const below = group.map(({ path, entry }) => ({ path: path.subarray(prefix.length), entry }))
    const there = below.find(({ path }) => path.length === 0)?.entry
    forks.push({
      prefix,
      reference: await saveNode(below, size, save),
      value: there !== undefined,
      edge: below.some(({ path }) => path.length > 0),
      metadata: there?.metadata ?? {},
    })
  }
  const entry = own && own.reference.length > 0 ? own.reference : Buffer.alloc(size)
  return save(manifestNode(entry, forks))
}

function commonPrefix(paths: readonly Buffer[]): Buffer {
  const [first] = paths
  let length = 0
  while (
    length < PREFIX_BYTES &&
    paths.every(path => length < path.length && path[length] === first![length])
  ) {
    length++
  }
  return first!.subarray(0, length)
}

/** Reads a stored manifest. */
export class Manifest {
  readonly #root: Buffer
  readonly #load: Load

  private constructor(root: Buffer, load: Load) {
    this.#root = root
    this.#load = load
  }

  /** @returns undefined where there is no manifest at this reference */
  static async open(reference: Buffer, load: Load): Promise<Manifest | undefined> {
    const bytes = await load(reference)
    return bytes && readManifestNode(bytes) ? new Manifest(bytes, load) : undefined
  }

  /** The entry of exactly this path. */
  async entry(path: string): Promise<ManifestEntry | undefined> {
    const found = await this.#find(Buffer.from(path), true)
    return found?.fork?.value
      ? { path, reference: found.reference, metadata: found.fork.metadata }
      : undefined
  }

  /** Whether any path begins like this. */
  async hasPrefix(path: string): Promise<boolean> {
    return (await this.#find(Buffer.from(path), false)) !== undefined
  }

  async #find(
    path: Buffer,
    whole: boolean,
  ): Promise<{ fork: NodeFork | undefined; reference: Buffer } | undefined> {
    let node = readManifestNode(this.#root)
    let fork: NodeFork | undefined
    for (let rest = path; rest.length > 0; rest = rest.subarray(fork.prefix.length)) {
      fork = node?.forks.find(({ prefix }) => prefix[0] === rest[0])
      if (!fork) return undefined
      const shared = commonPrefix([fork.prefix, rest]).length
      if (!whole && shared === rest.length) break
      if (shared < fork.prefix.length) return undefined
      const bytes = await this.#load(fork.reference)
      node = bytes && readManifestNode(bytes)
    }
    return node && { fork, reference: node.entry }
  }
}
