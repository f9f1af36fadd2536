import { type ErrorDetails, InvalidPageError } from '../errors.ts'

/** Why a page is rejected: `details.rule` of an `INVALID_PAGE` (docs/spec.md section 2.6). */
export const PAGE_RULES = [
  'length',
  'version',
  'encoding',
  'log',
  'seq',
  'base',
  'tail',
  'content',
  'canonical',
  'range',
  'empty',
  'roots',
] as const

export type PageRule = (typeof PAGE_RULES)[number]

/** Reports a broken rule; never returns. */
export type Reject = (rule: PageRule, message: string, details?: ErrorDetails) => never

/** A {@link Reject} that names the page in every error. */
export function rejector(name: () => ErrorDetails): Reject {
  return (rule, message, details) => {
    const page = name()
    throw new InvalidPageError(`page ${page.reference ?? ''}: ${message}`, { rule, ...page, ...details })
  }
}
