import yoctoSpinner from 'yocto-spinner'
import type { Runtime } from './runtime.ts'

/** A line on the terminal that says how far a long operation is. */
export interface Progress {
  update(text: string): void
  stop(): void
}

/** Milliseconds between two texts: the spinner draws each one, and chunks come by the thousand. */
const REFRESH_MS = 80

const SILENT: Progress = { update() {}, stop() {} }

/** Shows progress on stderr where that is a terminal, nothing elsewhere. Stop it before anything else is printed. */
export function startProgress({ stderr }: Runtime, text: string): Progress {
  if (!stderr.isTTY) return SILENT
  // The spinner's own handler would end the process at once; ours lets the command end cleanly.
  const spinner = yoctoSpinner({ text, stream: stderr, handleSignals: false }).start()
  let shown = 0
  return {
    update: next => {
      const now = performance.now()
      if (now - shown < REFRESH_MS) return
      shown = now
      spinner.text = next
    },
    stop: () => {
      spinner.stop()
    },
  }
}
