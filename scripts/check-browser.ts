import { join } from 'node:path'
import { createContext, Script } from 'node:vm'
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
  let bundle: string
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
    })
    bundle = result.outputFiles[0]!.text
  } catch (error) {
    return (error as BuildFailure).errors.map(
      ({ text, location }) => `${location?.file ?? path}:${location?.line ?? 0}: ${text}`,
    )
  }
  return loads(path, bundle)
}

/** Runs the bundle in a context that has the language and the web's globals alone. */
function loads(path: string, bundle: string): Finding[] {
  const scope = Object.fromEntries(WEB_GLOBALS.map(name => [name, globalThis[name]]))
  const context = createContext({ ...scope })
  try {
    const count: unknown = new Script(`globalThis.self = globalThis\n${bundle}\nObject.keys(bundle).length`, {
      filename: `${path} (browser bundle)`,
    }).runInContext(context)
    return Number(count) > 0 ? [] : [`${path}: its browser bundle exports nothing`]
  } catch (error) {
    return [
      `${path}: its browser bundle does not load: ${error instanceof Error ? error.message : String(error)}`,
    ]
  }
}
