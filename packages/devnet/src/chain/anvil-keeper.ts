/**
 * A process of its own between a devnet and its anvil. Its standard input is a pipe from the devnet: when that closes,
 * because the devnet stops, crashes or is killed, anvil is told to save its state and end. It ends right after anvil.
 * Arguments: file for anvil's process id, anvil's binary, anvil's arguments.
 */
import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'

/** Milliseconds anvil gets to save its state. */
const PATIENCE_MS = 10_000

const [pidFile, binary, ...args] = process.argv.slice(2)
if (!pidFile || !binary) throw new TypeError('usage: anvil-keeper PID_FILE ANVIL ARGUMENTS')

const anvil = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
if (anvil.pid !== undefined) writeFileSync(pidFile, String(anvil.pid))

// Nobody reads these once the devnet is gone; anvil must be able to write on.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})
let begun = false
anvil.stdout.on('data', (piece: Buffer) => {
  // What it logs of each request later is of no use to anyone.
  if (!begun) process.stdout.write(piece)
  begun ||= piece.includes('Listening on')
})
anvil.stderr.on('data', (piece: Buffer) => process.stderr.write(piece))
anvil.on('error', error => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
anvil.on('close', code => {
  rmSync(pidFile, { force: true })
  process.exit(code ?? 1)
})

function end(): void {
  anvil.kill('SIGTERM')
  setTimeout(() => anvil.kill('SIGKILL'), PATIENCE_MS)
}

process.stdin.resume()
process.stdin.once('close', end)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
