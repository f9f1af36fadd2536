import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './workspace.ts'

/** The generators: each writes files that are committed, and with `--check` says whether they are fresh. */
export function generators(root: string): string[] {
  return readdirSync(join(root, 'scripts'))
    .filter(name => /^generate-.+\.ts$/.test(name))
    .sort()
}

/** Generated files are what their generators write now. */
export function checkGenerated(root: string): Finding[] {
  return generators(root).flatMap(name => {
    const run = spawnSync(process.execPath, [join(root, 'scripts', name), '--check'], {
      cwd: root,
      encoding: 'utf8',
    })
    if (run.status === 0) return []
    const said = `${run.stdout}${run.stderr}`.trim().split('\n').slice(-8).join('\n    ')
    return [`scripts/${name}: not fresh (npm run generate)\n    ${said}`]
  })
}
