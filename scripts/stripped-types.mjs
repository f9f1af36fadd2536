/**
 * Loads TypeScript from a cache of what Node makes of it, for `--import`: to strip the types of some 200 files is half
 * of what a test's process does before its first test. A file that the cache does not have is left to Node, which gives
 * the same text. Run as a program, this fills the cache.
 */
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'

const ROOT = new URL('../', import.meta.url)
const CACHE = new URL('node_modules/.cache/stripped-types/', ROOT)
const SOURCES = '{packages,test,bench,scripts}/**/*.ts'

/** The name under which a text without its types is kept. */
const nameOf = text => createHash('sha256').update(process.version).update(text).digest('hex')

function readKept(text) {
  try {
    return readFileSync(new URL(nameOf(text), CACHE), 'utf8')
  } catch {
    return undefined
  }
}

function load(url, context, next) {
  if (!url.startsWith(ROOT.href) || !url.endsWith('.ts')) return next(url, context)
  const source = readKept(readFileSync(new URL(url), 'utf8'))
  return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true }
}

function fill() {
  mkdirSync(CACHE, { recursive: true })
  const old = new Set(readdirSync(CACHE))
  for (const path of globSync(SOURCES, { cwd: ROOT, exclude: ['**/node_modules/**', '**/dist/**'] })) {
    const text = readFileSync(new URL(path, ROOT), 'utf8')
    const name = nameOf(text)
    if (old.delete(name)) continue
    // At once, so that nobody reads half of it.
    const half = new URL(`${name}.${process.pid}`, CACHE)
    writeFileSync(half, stripTypeScriptTypes(text))
    renameSync(half, new URL(name, CACHE))
  }
  for (const name of old) rmSync(new URL(name, CACHE))
}

if (import.meta.main) fill()
else registerHooks({ load })
