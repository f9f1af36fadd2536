import { UnavailableError } from '@remote-log/core'

/** What a browser says of the storage of this origin. */
export interface BrowserStorage {
  /**
   * True: the browser does not clear it by itself when space runs short. False: it may, with all that is in it at once.
   * A person can always clear it, and Safari does after seven days without a visit to the site.
   */
  readonly persisted: boolean
  /** Bytes in use and at most, as far as the browser tells. */
  readonly usage: number | undefined
  readonly quota: number | undefined
}

/**
 * Whether the storage that a BrowserDatabase is in may be cleared without a question. `request` asks the browser to keep
 * it (`navigator.storage.persist()`), which may show the person a question; best when there is something to lose.
 * @throws UNAVAILABLE where the browser can't tell: not a browser, or no secure context
 */
export async function browserStorage(options: { readonly request?: boolean } = {}): Promise<BrowserStorage> {
  const storage = (globalThis.navigator as Navigator | undefined)?.storage
  if (!storage?.persisted) {
    throw new UnavailableError(
      'nothing is known of the storage here: it takes a page by https or from localhost',
    )
  }
  const persisted = (await storage.persisted()) || (options.request === true && (await storage.persist()))
  const { usage, quota } = await storage.estimate()
  return { persisted, usage, quota }
}
