import fc from 'fast-check'
import type { Death } from '../dying.ts'
import { FAULTS, type Fault } from './weather.ts'

/** What happens to an operation of a device: nothing, the end of its process, or a fault outside it. */
export type Mishap =
  | { readonly kind: 'none' }
  | (Death & { readonly kind: 'kill' })
  | { readonly kind: 'fault'; readonly fault: Fault; readonly at: number }

export type Step =
  | {
      readonly do: 'append'
      readonly device: 0 | 1
      readonly sizes: readonly number[]
      readonly mishap: Mishap
    }
  | { readonly do: 'publish' | 'sync'; readonly device: 0 | 1; readonly mishap: Mishap }
  /** A new process, with other settings. */
  | { readonly do: 'reopen'; readonly device: 0 | 1; readonly linked: boolean; readonly inlineLimit: number }
  /** The device is lost; another one begins with the key alone. */
  | { readonly do: 'wipe'; readonly device: 0 | 1 }
  /** The newest blocks are dropped; what moved a head in them comes again in others, or never. */
  | { readonly do: 'reorganise'; readonly blocks: number; readonly again: boolean }
  /** The reader catches up. */
  | { readonly do: 'follow'; readonly mishap: Mishap }

const device = fc.constantFrom(0 as const, 1 as const)
const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('none' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      at: fc.nat(25),
      moment: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      fault: fc.constantFrom(...FAULTS),
      at: fc.nat(8),
    }),
  },
)
const size = fc.oneof(
  fc.integer({ min: 12, max: 400 }),
  fc.integer({ min: 1000, max: 3840 }),
  fc.constant(5000),
)

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      device,
      sizes: fc.array(size, { minLength: 1, maxLength: 6 }),
      mishap,
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({ do: fc.constantFrom('publish' as const, 'sync' as const), device, mishap }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reopen' as const),
      device,
      linked: fc.boolean(),
      inlineLimit: fc.constantFrom(0, 300, 3840),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wipe' as const), device }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reorganise' as const),
      blocks: fc.integer({ min: 1, max: 4 }),
      again: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('follow' as const), mishap }) },
)
