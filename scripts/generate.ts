import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { generators } from './check-generated.ts'
import { ROOT } from './workspace.ts'

/** `npm run generate`: writes everything that is generated and committed. */
for (const name of generators(ROOT)) {
  console.log(name)
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', name)], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
