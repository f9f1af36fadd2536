import { UnavailableError } from '@remote-log/core'

/** What a deployment needs of a connection to a node (EIP-1193). */
export interface Node {
  request(call: { readonly method: string; readonly params?: unknown[] }): Promise<unknown>
}

/** @throws UNAVAILABLE with what the node said */
export async function ask(node: Node, method: string, ...params: unknown[]): Promise<unknown> {
  try {
    return await node.request({ method, params })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new UnavailableError(`${method}: ${said}`, { method }, error)
  }
}

export async function askQuantity(node: Node, method: string, ...params: unknown[]): Promise<bigint> {
  const answer = await ask(node, method, ...params)
  if (typeof answer !== 'string' || !/^0x[0-9a-f]+$/i.test(answer)) {
    throw new UnavailableError(`the node's answer to ${method} is not a quantity`, { method })
  }
  return BigInt(answer)
}

export async function codeAt(node: Node, address: string): Promise<string> {
  return String(await ask(node, 'eth_getCode', address, 'latest'))
}
