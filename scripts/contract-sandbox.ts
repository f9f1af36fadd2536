import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, runIn } from './tools.ts'
import { ROOT } from './workspace.ts'

/** What is copied anew each time; what a build of another kind may not touch in the repository. */
const COPIED = ['contracts', 'test/contracts', 'package.json']
/** What tests read besides. */
const LINKED = ['node_modules', 'packages', 'docs', 'scripts', 'test/vectors', 'snapshots']

/**
 * A copy of the contracts and their tests below `cache/`, in which they can be built in another way, or changed, without
 * a trace in the repository. Its own builds stay from one time to the next.
 *
 * @param name Name of its folder.
 * @param changes What its Hardhat configuration has in place of the repository's: the TypeScript text of an object
 * literal's members, in which `base` is the repository's configuration.
 */
export function contractSandbox(name: string, changes = ''): string {
  const folder = join(ROOT, 'cache', name)
  mkdirSync(join(folder, 'test'), { recursive: true })
  for (const path of COPIED) {
    rmSync(join(folder, path), { recursive: true, force: true })
    cpSync(join(ROOT, path), join(folder, path), { recursive: true, preserveTimestamps: true })
  }
  for (const path of LINKED) {
    rmSync(join(folder, path), { force: true })
    if (existsSync(join(ROOT, path))) symlinkSync(join(ROOT, path), join(folder, path))
  }
  cpSync(join(ROOT, 'hardhat.config.ts'), join(folder, 'hardhat.base.ts'))
  writeFileSync(
    join(folder, 'hardhat.config.ts'),
    `import base from './hardhat.base.ts'\n\nexport default { ...base, ${changes} }\n`,
  )
  return folder
}

/** Runs Hardhat in a sandbox. */
export function hardhatIn(folder: string, args: readonly string[]): { status: number; output: string } {
  return runIn(folder, binary('hardhat', 'hardhat'), args)
}
