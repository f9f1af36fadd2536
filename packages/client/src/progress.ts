/** What a long operation is doing, for progress bars. */
export interface Progress {
  /**
   * `head`: asking the name system and reading the head page; `index`: inner chunks of history and directory;
   * `pages`: sealed pages; `room`: salts tried until a page finds room in the postage batch; `payload`: payloads by reference; `upload`: chunks handed to the store;
   * `confirm`: chunks that the network has; `publish`: waiting for the block.
   */
  readonly phase: 'head' | 'index' | 'pages' | 'room' | 'payload' | 'upload' | 'confirm' | 'publish'
  /** Chunks done in this phase (bytes in phase `payload`). */
  readonly done: number
  /** Chunks (bytes) expected in this phase, where known. */
  readonly total?: number | undefined
}

export type OnProgress = (progress: Progress) => void

/** What every operation of a log accepts. */
export interface OperationOptions {
  /** Stops the operation with `ABORTED`; what was read or stored so far is kept. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}
