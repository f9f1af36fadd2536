/** A door to an Ethereum node as wallets give it to web pages (EIP-1193). Rejects with what the node answered. */
export interface Eip1193Provider {
  request(
    call: { readonly method: string; readonly params?: readonly unknown[] },
    /** Wallets ignore it; providers that can stop a request do. */
    options?: { readonly signal?: AbortSignal },
  ): Promise<unknown>
}

/** What a node answers instead of a result (JSON-RPC 2.0, section 5.1; EIP-1193, "RPC Errors"). */
export interface RpcErrorObject {
  readonly code?: number | string
  readonly message?: string
  readonly data?: unknown
}
