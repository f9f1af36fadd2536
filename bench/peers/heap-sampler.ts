/** Milliseconds between two samples; a sample also falls due after every stretch of work that blocked the loop. */
const INTERVAL = 10

/** The most that was in use at any sample, in bytes, garbage not yet collected included. */
export interface HeapPeak {
  /** JavaScript heap. */
  readonly heap: number
  /** Array buffers, outside the JavaScript heap. */
  readonly buffers: number
  /** Both at one time. */
  readonly both: number
}

/** Runs `work` and samples memory while it runs. */
export async function samplingHeap(work: () => Promise<unknown>): Promise<HeapPeak> {
  let peak: HeapPeak = { heap: 0, buffers: 0, both: 0 }
  const sample = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    peak = {
      heap: Math.max(peak.heap, heapUsed),
      buffers: Math.max(peak.buffers, arrayBuffers),
      both: Math.max(peak.both, heapUsed + arrayBuffers),
    }
  }
  const timer = setInterval(sample, INTERVAL)
  await work()
  clearInterval(timer)
  sample()
  return peak
}
