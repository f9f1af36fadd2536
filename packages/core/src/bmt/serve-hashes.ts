/** The first message to a worker: what it hashes with. */
export interface Job {
  /** The module of `keccakModule`, its round constants and where it wants them. */
  readonly module: Uint8Array<ArrayBuffer>
  readonly constants: readonly bigint[]
  readonly constantsAt: number
}

/** The worker's end of the channel: `self`, or Node's `parentPort`. */
export interface Port {
  onmessage: ((event: { readonly data: Job | Uint8Array<ArrayBuffer> }) => void) | null
  postMessage(message: unknown, transfer?: Transferable[]): void
}

/**
 * What runs in a hashing worker: after its {@link Job} it takes records of full leaves (`leaf-record.ts`) one behind
 * the other, fills in their addresses (`bmt.ts`) and gives them back. Its source text is what the worker gets, so it uses nothing from outside itself.
 */
export function serveHashes(port: Port): void {
  const [chunk, node, span] = [4096, 32, 8]
  let buffer = new Uint8Array(0)
  let run: (end: number, length: number) => void = () => {}
  port.onmessage = ({ data }) => {
    if (!(data instanceof Uint8Array)) {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(data.module))
      const exports = instance.exports as { memory: WebAssembly.Memory; run: typeof run }
      const constants = new DataView(exports.memory.buffer, data.constantsAt)
      data.constants.forEach((constant, i) => void constants.setBigUint64(8 * i, constant, true))
      buffer = new Uint8Array(exports.memory.buffer, 0, chunk)
      run = exports.run
      port.postMessage('ready')
      return
    }
    for (let at = 0; at < data.length; at += node + chunk) {
      buffer.set(data.subarray(at + node, at + node + chunk))
      for (let bytes = chunk; bytes >= 2 * node; bytes /= 2) run(bytes, 2 * node)
      buffer.copyWithin(span, 0, node)
      buffer.fill(0, 0, span)
      buffer[1] = chunk >> 8
      run(span + node, span + node)
      data.set(buffer.subarray(0, node), at)
    }
    port.postMessage(data, [data.buffer])
  }
}
