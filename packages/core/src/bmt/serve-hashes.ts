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
 * the other, fills in their addresses (`bmt.ts`) and gives them back. Two leaves at a time, so that both lanes of the
 * module are used up to their roots. Its source text is what the worker gets, so it uses nothing from outside itself.
 */
export function serveHashes(port: Port): void {
  const [chunk, node, span] = [4096, 32, 8]
  const record = node + chunk
  let buffer = new Uint8Array(0)
  let run: (end: number, length: number) => void = () => {}
  port.onmessage = ({ data }) => {
    if (!(data instanceof Uint8Array)) {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(data.module))
      const exports = instance.exports as { memory: WebAssembly.Memory; run: typeof run }
      const constants = new DataView(exports.memory.buffer, data.constantsAt)
      data.constants.forEach((constant, i) => void constants.setBigUint64(8 * i, constant, true))
      buffer = new Uint8Array(exports.memory.buffer, 0, 2 * chunk)
      run = exports.run
      port.postMessage('ready')
      return
    }
    for (let at = 0; at < data.length; ) {
      const leaves = Math.min(2, (data.length - at) / record)
      for (let i = 0; i < leaves; i++) {
        const end = at + (i + 1) * record
        buffer.set(data.subarray(end - chunk, end), i * chunk)
      }
      for (let bytes = leaves * chunk; bytes > leaves * node; bytes /= 2) run(bytes, 2 * node)
      for (let i = leaves - 1; i >= 0; i--) {
        const to = i * (span + node)
        buffer.copyWithin(to + span, i * node, (i + 1) * node)
        buffer.fill(0, to, to + span)
        buffer[to + 1] = chunk >> 8
      }
      run(leaves * (span + node), span + node)
      for (let i = 0; i < leaves; i++, at += record) data.set(buffer.subarray(i * node, (i + 1) * node), at)
    }
    port.postMessage(data, [data.buffer])
  }
}
