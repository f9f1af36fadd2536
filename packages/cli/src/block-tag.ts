import type { BlockTag } from '@remote-log/core'
import { type Command, Option } from 'commander'

/** How deep in the chain what is asked must stand. */
export interface BlockTagOptions {
  readonly blockTag?: BlockTag | undefined
}

const BLOCK_TAGS: readonly BlockTag[] = ['latest', 'safe', 'finalized']

/** `--block-tag`, for the commands that ask for heads. */
export function addBlockTag(command: Command): Command {
  return command.addOption(
    new Option(
      '--block-tag <tag>',
      'which block is asked: the newest, or one that is safe or finalized, later and for good (docs/offline.md)',
    )
      .choices(BLOCK_TAGS)
      .default(undefined, 'latest'),
  )
}
