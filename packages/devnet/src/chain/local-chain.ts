/** A chain that runs on this machine and mines every transaction at once. */
export interface LocalChain {
  /** JSON-RPC over HTTP. */
  readonly rpcUrl: string
  /** Buries the present state deep enough that it is `safe` and `finalized`, and can be read as such. */
  settle(): Promise<void>
  /** Ends it and resolves when nothing of it is left. */
  stop(): Promise<void>
}
