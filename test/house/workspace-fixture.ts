import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { ROOT } from '../../scripts/workspace.ts'

/** A folder with these files, shaped like the repository, removed when the test ends. */
export function workspaceWith(t: TestContext, files: Readonly<Record<string, string | object>>): string {
  const root = mkdtempSync(join(tmpdir(), 'remote-log-house-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return root
}

/** Makes the repository's compiler settings and installed packages reachable from a fixture. */
export function withTools(root: string): string {
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  for (const name of ['tsconfig.base.json', 'tsconfig.tests.json'])
    symlinkSync(join(ROOT, name), join(root, name))
  return root
}

/** A manifest that breaks no rule, for a package in this folder. */
export function manifestOf(folder: string, more: object = {}): object {
  return {
    name: `@remote-log/${folder}`,
    version: '0.1.0',
    description: 'A package',
    license: 'Apache-2.0',
    type: 'module',
    exports: { '.': './src/index.ts' },
    files: ['dist'],
    publishConfig: {
      access: 'public',
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    },
    ...more,
  }
}
