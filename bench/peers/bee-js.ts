import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** What is used of bee-js, a development dependency of core. */
export interface BeeJs {
  readonly Bee: new (
    url: string,
  ) => {
    makeFeedWriter(
      topic: unknown,
      privateKey: string,
    ): { uploadPayload(batch: string, data: Uint8Array, options: { index: unknown }): Promise<unknown> }
    makeFeedReader(topic: unknown, owner: string): { downloadPayload(): Promise<unknown> }
  }
  readonly FeedIndex: { fromBigInt(index: bigint): unknown }
  readonly Topic: {
    new (hex: string): unknown
    fromString(name: string): unknown
  }
}

export async function beeJs(): Promise<BeeJs> {
  const core = createRequire(new URL('../../packages/core/package.json', import.meta.url))
  return (await import(pathToFileURL(core.resolve('@ethersphere/bee-js')).href)) as BeeJs
}
