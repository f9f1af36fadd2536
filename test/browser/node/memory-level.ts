// Stands in for `memory-level` in a browser: an IndexedDB of its own each time.
import { BrowserLevel } from 'browser-level'
import { BrowserDatabase } from '../../../packages/client/src/browser-database.ts'

let made = 0

export class MemoryLevel extends BrowserDatabase {
  constructor() {
    super(new BrowserLevel<string, Uint8Array>(`suite ${made++}`))
  }
}
