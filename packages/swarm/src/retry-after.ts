/**
 * For how long an answer asks to be left alone, in milliseconds: `Retry-After` in seconds or as an HTTP date (RFC 9110,
 * 10.2.3). Undefined where it does not say. In browsers CORS hides the header unless the gateway exposes it.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000
  // An HTTP date ends in GMT; Date.parse alone would take much more for a date.
  const at = / GMT$/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
