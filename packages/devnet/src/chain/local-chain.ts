/** A chain that runs on this machine and mines every transaction at once. */
export interface LocalChain {
  /** JSON-RPC over HTTP. */
  readonly rpcUrl: string
  /** Ends it and resolves when nothing of it is left. */
  stop(): Promise<void>
}
