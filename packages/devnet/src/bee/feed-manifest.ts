import { ROOT_PATH, saveManifest } from './manifest.ts'

/** The manifest that POST /feeds makes: one entry `/` without content, whose metadata name the feed. */
export function saveFeedManifest(
  owner: string,
  topic: string,
  save: (bytes: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const metadata = { 'swarm-feed-owner': owner, 'swarm-feed-topic': topic, 'swarm-feed-type': 'Sequence' }
  return saveManifest([{ path: ROOT_PATH, reference: Buffer.alloc(0), metadata }], save)
}
