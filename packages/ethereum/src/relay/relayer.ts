import { type CallOptions, InvalidArgumentError, RefusedError, UnavailableError } from '@remote-log/core'
import type { SignedHead } from '../signed-head.ts'

/**
 * Takes a signed head to the registry and pays for it: anybody (see `submitSigned`). What it resolves with says nothing:
 * whether the head moved is learned from the chain. A rejection ends the wait, unless the head moved all the same.
 */
export type Relayer = (head: SignedHead, call: CallOptions) => Promise<unknown>

/**
 * A relayer behind a URL: the signed head is posted as JSON, and any answer of the kind 2xx means that it was taken.
 * The URL may hold a key, so errors name its host alone.
 * @throws INVALID_ARGUMENT (not an http or https URL, or one with a user name or password); the relayer itself REFUSED
 * (it answered 4xx), UNAVAILABLE, ABORTED
 */
export function httpRelayer(url: string, options: { readonly fetch?: typeof fetch } = {}): Relayer {
  const host = hostOf(url)
  const ask = options.fetch ?? fetch
  return async (head, { signal }) => {
    const response = await ask(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(head),
      signal: signal ?? null,
    }).catch(error => {
      throw new UnavailableError(`the relayer at ${host} does not answer`, { host }, error)
    })
    const { ok, status } = response
    await response.body?.cancel()
    if (ok) return
    const passing = status < 400 || status >= 500 || status === 408 || status === 429
    const details = { host, status, reason: 'relayer' }
    if (passing) throw new UnavailableError(`the relayer at ${host} answered ${status}`, details)
    throw new RefusedError(`the relayer at ${host} does not take the head: it answered ${status}`, details)
  }
}

function hostOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new InvalidArgumentError("a relayer's URL begins with http:// or https://", {
      protocol: parsed?.protocol,
    })
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new InvalidArgumentError("a relayer's URL holds no user name and no password", {
      host: parsed.host,
    })
  }
  return parsed.host
}
