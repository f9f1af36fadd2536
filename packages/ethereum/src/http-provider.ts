import { InvalidArgumentError, UnavailableError } from '@remote-log/core'
import type { Eip1193Provider, RpcErrorObject } from './eip1193.ts'

interface RpcAnswer {
  readonly result?: unknown
  readonly error?: RpcErrorObject
}

/**
 * A provider over JSON-RPC by HTTP. One request a call, no retries: who calls knows what a retry would mean.
 * The URL may hold an API key, so errors name its host alone.
 * @throws INVALID_ARGUMENT (not an http or https URL, or one with a user name or password)
 */
export function httpProvider(url: string, options: { fetch?: typeof fetch } = {}): Eip1193Provider {
  const { host } = parseRpcUrl(url)
  const ask = options.fetch ?? fetch
  let id = 0
  return {
    async request({ method, params = [] }, { signal } = {}) {
      id += 1
      const response = await ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
        signal: signal ?? null,
      })
      const answer = parseAnswer(await response.text())
      if (answer?.error) throw answer.error
      if (!response.ok || answer === undefined || !('result' in answer)) {
        throw new UnavailableError(`${host} answered ${method} with something that is no JSON-RPC answer`, {
          host,
          method,
          status: response.status,
          contentType: response.headers.get('content-type') ?? undefined,
        })
      }
      return answer.result
    },
  }
}

function parseRpcUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new InvalidArgumentError('an RPC URL begins with http:// or https://', {
      protocol: parsed?.protocol,
    })
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new InvalidArgumentError('an RPC URL holds no user name and no password', { host: parsed.host })
  }
  return parsed
}

function parseAnswer(text: string): RpcAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
