import { UnavailableError } from '@remote-log/core'

/** One JSON-RPC call. @throws UNAVAILABLE with what the chain said */
export async function callChain(
  rpcUrl: string,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const answer = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await answer.json()) as { result?: unknown; error?: { message: string } }
  if (error) throw new UnavailableError(`${method}: ${error.message}`, { method })
  return result
}
