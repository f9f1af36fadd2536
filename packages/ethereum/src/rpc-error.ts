import { RemoteLogError } from '@remote-log/core'
import { isHexString } from 'ethers'
import type { RpcErrorObject } from './eip1193.ts'

/** How deep libraries nest what a node answered. */
const DEPTH = 6

/** Why a node, or a signer on its behalf, did not do what it was asked. */
export type Failure =
  | { readonly kind: 'reverted'; readonly data: string }
  | { readonly kind: 'funds' | 'nonce' | 'known' | 'user' | 'block' | 'other' }

/** The first error object with a message in what was thrown, and in what it wraps. */
export function rpcErrorOf(error: unknown): RpcErrorObject {
  return layersOf(error).find(({ message }) => typeof message === 'string') ?? {}
}

/**
 * Reads an answer of geth, Nethermind, anvil, Hardhat, a wallet, or ethers' wrapping of one. Nodes agree on few codes
 * (3 for a revert, 4001 for a user's no), so their words are looked at as well.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof RemoteLogError && error.code !== 'UNAVAILABLE') return { kind: 'other' }
  const layers = layersOf(error)
  const said = layers.map(({ message }) => (typeof message === 'string' ? message : '')).join('\n')
  const codes = new Set(layers.map(({ code }) => code))
  const data = layers.map(layer => layer.data).find(value => isHexString(value) && value.length > 2)
  if (codes.has(4001) || codes.has('ACTION_REJECTED')) return { kind: 'user' }
  if (typeof data === 'string') return { kind: 'reverted', data }
  if (codes.has('INSUFFICIENT_FUNDS') || /insufficient funds|enough funds/i.test(said))
    return { kind: 'funds' }
  if (/already known|known transaction|already imported/i.test(said)) return { kind: 'known' }
  if (codes.has('NONCE_EXPIRED') || codes.has('REPLACEMENT_UNDERPRICED')) return { kind: 'nonce' }
  if (/nonce.{0,20}too low|expected nonce|underpriced|same nonce|nonce already/i.test(said))
    return { kind: 'nonce' }
  if (/header not found|unknown block|block not found|unknown ancestor/i.test(said)) return { kind: 'block' }
  if (codes.has(3) || codes.has('CALL_EXCEPTION') || /\brevert(ed)?\b/i.test(said))
    return { kind: 'reverted', data: '0x' }
  return { kind: 'other' }
}

function layersOf(error: unknown): RpcErrorObject[] {
  const layers: RpcErrorObject[] = []
  let around: unknown[] = [error]
  for (let depth = 0; depth < DEPTH && around.length > 0; depth++) {
    const objects = around.filter(value => typeof value === 'object' && value !== null)
    layers.push(...(objects as RpcErrorObject[]))
    around = objects.flatMap(value => {
      const { cause, error: inner, info, data } = value as Record<string, unknown>
      return [cause, inner, info, data]
    })
  }
  return layers
}
