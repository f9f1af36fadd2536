import { join } from 'node:path'
import { createContext, Script } from 'node:vm'
import { makeChunk } from '@remote-log/core'
import { type BuildFailure, build } from 'esbuild'
import { type Finding, readText } from './workspace.ts'

/** What a browser's global scope offers beyond the language itself, as far as these packages may use it. */
const WEB_GLOBALS = [
  'AbortController',
  'AbortSignal',
  'atob',
  'Blob',
  'btoa',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'DOMException',
  'Event',
  'EventTarget',
  'fetch',
  'FormData',
  'Headers',
  'performance',
  'queueMicrotask',
  'ReadableStream',
  'Request',
  'Response',
  'setInterval',
  'setTimeout',
  'structuredClone',
  'TextDecoder',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WebAssembly',
  'WebSocket',
  'WritableStream',
] as const

const NODE_ONLY = ['Buffer', 'process', 'global', '__dirname', '__filename', 'setImmediate']
/** The bundler renames Node's globals to this, where they are not a file's own; so they can be found in the bundle. */
const MARK = 'onlyNodeHas_'

/** The packages that run in browsers. */
export const BROWSER_PACKAGES = ['core', 'conformance', 'swarm', 'ethereum', 'client']

/** Each package bundles for browsers, and its bundle loads where there is nothing of Node. */
export async function checkBrowser(
  root: string,
  packages: readonly string[] = BROWSER_PACKAGES,
): Promise<Finding[]> {
  const findings = await Promise.all(packages.map(folder => inBrowser(root, folder)))
  return findings.flat()
}

async function inBrowser(root: string, folder: string): Promise<Finding[]> {
  const path = `packages/${folder}`
  const config = JSON.parse(readText(root, `${path}/tsconfig.json`)) as {
    compilerOptions?: { types?: string[] }
  }
  const types = config.compilerOptions?.types ?? []
  if (types.length > 0)
    return [`${path}/tsconfig.json: types ${types.join(', ')}; browser packages have none`]
  try {
    const result = await build({
      entryPoints: [join(root, path, 'src/index.ts')],
      bundle: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'bundle',
      target: 'es2024',
      write: false,
      logLevel: 'silent',
      absWorkingDir: root,
      // A library that imports one of Node's modules gets the package of that name from the package that uses it, as in
      // a flat node_modules.
      nodePaths: [join(root, path, 'node_modules')],
      define: Object.fromEntries(NODE_ONLY.map(name => [name, MARK + name])),
    })
    const bundle = result.outputFiles[0]!.text
    return [...nodeGlobals(bundle), ...loads(path, bundle)]
  } catch (error) {
    return (error as BuildFailure).errors.map(
      ({ text, location }) => `${location?.file ?? path}:${location?.line ?? 0}: ${text}`,
    )
  }
}

/** The bundler writes each module's path as a comment before it. Libraries may ask whether a global is there. */
function nodeGlobals(bundle: string): Finding[] {
  const found = new Set<string>()
  let module = ''
  for (const line of bundle.split('\n')) {
    module = /^\s*\/\/ (\S+\.[cm]?[jt]s)$/.exec(line)?.[1] ?? module
    if (!module.startsWith('packages/')) continue
    for (const [, name] of line.matchAll(new RegExp(`${MARK}(\\w+)`, 'g'))) {
      found.add(`${module}: uses ${name}, which only Node has`)
    }
  }
  return [...found]
}

/** Runs the bundle in a context that has the language and the web's globals alone. */
function loads(path: string, bundle: string): Finding[] {
  const context = createContext(Object.fromEntries(WEB_GLOBALS.map(name => [name, globalThis[name]])))
  const evaluate = (code: string): unknown =>
    new Script(code, { filename: `${path} (browser bundle)` }).runInContext(context)
  try {
    evaluate(`globalThis.self = globalThis\n${bundle}`)
    if (evaluate('Object.keys(bundle).length') === 0) return [`${path}: its browser bundle exports nothing`]
    if (path !== 'packages/core' || evaluate("'makeChunk' in bundle") === false) return []
    const there = evaluate('bundle.makeChunk(Uint8Array.of(1, 2, 3)).reference')
    const here = makeChunk(Uint8Array.of(1, 2, 3)).reference
    return there === here
      ? []
      : [`${path}: a chunk's reference is ${there} in the browser bundle, ${here} in Node`]
  } catch (error) {
    return [
      `${path}: its browser bundle does not load: ${error instanceof Error ? error.message : String(error)}`,
    ]
  }
}
