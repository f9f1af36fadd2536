import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkBrowser } from '../../scripts/check-browser.ts'
import { workspaceWith } from './workspace-fixture.ts'

async function findingsFor(t: TestContext, source: string, types: string[] = []): Promise<string> {
  const root = workspaceWith(t, {
    'packages/core/tsconfig.json': { compilerOptions: { types } },
    'packages/core/src/index.ts': source,
  })
  return (await checkBrowser(root, ['core'])).join('\n')
}

describe('check-browser', () => {
  it('passes what the language and the web offer', async t => {
    const source =
      "export const bytes = new TextEncoder().encode('x')\nexport const id = crypto.randomUUID()\n"
    assert.equal(await findingsFor(t, source), '')
  })

  it('finds a module of Node', async t => {
    assert.match(await findingsFor(t, "export { readFile } from 'node:fs'\n"), /Could not resolve "node:fs"/)
  })

  it('finds a global of Node, at load and inside a function', async t => {
    assert.match(await findingsFor(t, "export const b = Buffer.from('x')\n"), /Buffer/)
    assert.match(await findingsFor(t, 'export function home() {\n  return process.env.HOME\n}\n'), /process/)
  })

  it('finds node types', async t => {
    assert.match(await findingsFor(t, 'export const a = 1\n', ['node']), /types node/)
  })
})
