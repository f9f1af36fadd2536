import type { Address, LogKey } from '@remote-log/core'
import { expectSame } from './expectation.ts'
import type { NameSystemSubject } from './name-system.ts'
import { seededHead } from './seeded.ts'
import type { Operation } from './traits.ts'

/** Each operation of a NameSystem, for the traits. */
export function nameSystemOperations(
  key: (owner: Address, about: string) => LogKey,
): readonly Operation<NameSystemSubject>[] {
  const standing = seededHead('trait: standing')
  return [
    {
      name: 'chainId',
      mayBeKnown: true,
      prepare:
        async ({ names }) =>
        options =>
          names.chainId(options),
    },
    {
      name: 'head',
      prepare:
        async ({ names, owner }) =>
        options =>
          names.head(key(owner, 'trait'), options),
    },
    {
      name: 'heads',
      prepare:
        async ({ names, owner }) =>
        options =>
          names.heads([key(owner, 'trait'), key(owner, 'trait 2')], options),
    },
    {
      name: 'publish',
      prepare: async ({ names, owner }) => {
        const log = key(owner, 'trait of publish')
        const { head } = await names.head(log)
        if (head !== standing) await names.publish(log, head, standing)
        return options => names.publish(log, standing, seededHead('trait: next'), options)
      },
      unchanged: async ({ names, owner }) => {
        expectSame(
          (await names.head(key(owner, 'trait of publish'))).head,
          standing,
          'head after an aborted publish',
        )
      },
    },
    {
      name: 'block',
      prepare: async ({ names, owner }) => {
        const { block } = await names.head(key(owner, 'trait'))
        return options => names.block(block.number, options)
      },
    },
  ]
}
