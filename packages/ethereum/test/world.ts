import type { TestContext } from 'node:test'
import { type LogKey, parseAddress, parseReference, type Reference, topicOf } from '@remote-log/core'
import {
  deployRegistry,
  type KeySigner,
  RegistryNameSystem,
  type RegistryOptions,
  signerOf,
} from '../src/index.ts'
import { CHAIN_ID, FUNDED_KEY, SECOND_KEY, startChain } from './chain.ts'
import { Disturbed } from './disturbed.ts'

export const TOPIC = topicOf('a test')
export const [A, B, C] = ['aa', 'bb', 'cc'].map(byte => parseReference(byte.repeat(32))) as [
  Reference,
  Reference,
  Reference,
]

/** The code that is rejected with, and the details. */
export interface Thrown {
  readonly code: string
  readonly message: string
  readonly details: Record<string, unknown>
  readonly cause?: unknown
}

export async function thrownBy(work: Promise<unknown>): Promise<Thrown> {
  try {
    await work
  } catch (error) {
    return error as Thrown
  }
  throw new TypeError('nothing was thrown')
}

/** A chain with a registry, a provider that can be disturbed, and Alice, whose names these are. */
export async function startWorld(t: TestContext, more: Partial<RegistryOptions> = {}) {
  const chain = await startChain()
  t.after(chain.close)
  const [alice, bob] = [signerOf(FUNDED_KEY), signerOf(SECOND_KEY)] as [KeySigner, KeySigner]
  const { registry } = await deployRegistry({ provider: chain.provider, chainId: CHAIN_ID, signer: bob })
  const node = new Disturbed(chain.provider)
  const options: RegistryOptions & { signer: KeySigner } = {
    provider: node,
    registry,
    chainId: CHAIN_ID,
    signer: alice,
    pollMs: 5,
  }
  const log: LogKey = { owner: parseAddress(alice.address), topic: TOPIC }
  return {
    chain,
    node,
    registry,
    options,
    alice,
    bob,
    log,
    names: new RegistryNameSystem({ ...options, ...more }),
    /** The same chain without disturbances. */
    honest: new RegistryNameSystem({ ...options, provider: chain.provider }),
  }
}
