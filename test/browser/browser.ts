import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Where Debian and its kin install it; an installed one is preferred to the one that npm brings. */
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A headless Chromium and an origin on loopback, for all tests of a file. */
export interface TestBrowser {
  /** An empty page of that origin, with storage of its own, whose `globalThis.tested` has the exports of a module. */
  open(module: URL, how?: OpenOptions): Promise<Page>
  stop(): Promise<void>
}

export interface OpenOptions {
  readonly contentSecurityPolicy?: string
  /** Modules by what stands in for them in this page. */
  readonly alias?: Readonly<Record<string, string>>
}

/** A second tab of the same site, with the same storage. */
export async function anotherTab(page: Page): Promise<Page> {
  const tab = await page.context().newPage()
  await tab.goto(page.url())
  return tab
}

export async function startBrowser(): Promise<TestBrowser> {
  const documents = new Map<string, { script: string; policy: string | undefined }>()
  const server = createServer((request, response) => {
    const [, name = '', file] = (request.url ?? '/').split('/')
    const document = documents.get(name)
    if (!document) return response.writeHead(404).end()
    if (file === 'tested.js') {
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end(document.script)
    }
    const policy = document.policy && { 'content-security-policy': document.policy }
    response.writeHead(200, { 'content-type': 'text/html', ...policy })
    return response.end('<!doctype html><script src="tested.js"></script>')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let browser: Browser
  try {
    browser = await launch()
  } catch (error) {
    server.close()
    throw error
  }
  return {
    async open(module, { contentSecurityPolicy: policy, alias } = {}) {
      const name = String(documents.size)
      documents.set(name, { script: await bundle(module, alias), policy })
      const page = await (await browser.newContext()).newPage()
      await page.goto(`${origin}/${name}/`)
      return page
    },
    async stop() {
      await browser.close()
      await new Promise(resolve => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}

async function launch(): Promise<Browser> {
  const installed = INSTALLED.find(path => existsSync(path))
  return await chromium.launch({
    executablePath: installed ?? (await sparticuz.executablePath()),
    // A tab that crashes must not take the browser with it.
    args: installed ? ['--no-sandbox'] : sparticuz.args.filter(argument => argument !== '--single-process'),
    headless: true,
  })
}

async function bundle(module: URL, alias: OpenOptions['alias'] = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(module)],
    bundle: true,
    alias: { ...alias },
    write: false,
    format: 'iife',
    globalName: 'tested',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  })
  return outputFiles[0]!.text
}
