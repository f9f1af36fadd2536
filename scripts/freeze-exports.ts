import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary } from './tools.ts'
import { packagesOf, ROOT } from './workspace.ts'

/**
 * Writes `packages/<folder>/test/exports.test.ts`: the test that freezes a package's exports. Run it on purpose,
 * after a change of the public surface that a changeset tells of: `node scripts/freeze-exports.ts core client`.
 */
const asked = process.argv.slice(2)
const packages = packagesOf(ROOT).filter(({ folder }) => asked.length === 0 || asked.includes(folder))
for (const { folder } of packages) {
  const exports = (await import(`../packages/${folder}/src/index.ts`)) as object
  const names = Object.keys(exports).sort()
  const path = join(ROOT, `packages/${folder}/test/exports.test.ts`)
  writeFileSync(
    path,
    `import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts ${folder})', () => {
  assert.deepEqual(Object.keys(exported).sort(), [${names.map(name => `'${name}'`).join(', ')}])
})
`,
  )
  spawnSync(process.execPath, [binary('@biomejs/biome', 'biome'), 'format', '--write', path], { cwd: ROOT })
  console.log(`${folder}: ${names.length} exports`)
}
