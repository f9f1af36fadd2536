/** The part of hypercore 11.37.1 that the bench uses; the package ships no types. */
declare module 'hypercore' {
  import type { Duplex } from 'node:stream'

  interface Options {
    readonly inflightRange?: readonly [number, number]
  }

  export default class Hypercore {
    constructor(folder: string, key: Uint8Array | null, options?: Options)
    constructor(folder: string, options?: Options)
    readonly key: Uint8Array
    readonly length: number
    ready(): Promise<void>
    append(blocks: Uint8Array | Uint8Array[]): Promise<{ length: number }>
    get(index: number): Promise<Uint8Array>
    update(options?: { wait?: boolean }): Promise<boolean>
    download(range: { start: number; end: number; linear?: boolean }): {
      done(): Promise<void>
      destroy(): void
    }
    replicate(initiator: boolean | Duplex): Duplex
    findingPeers(): () => void
    close(): Promise<void>
  }
}
