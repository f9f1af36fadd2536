/** Every time and count that this package decides, with its unit and reason. */

/** Milliseconds that a request to the node may take. A healthy node answers in under one second. */
export const REQUEST_TIMEOUT_MS = 10_000
/** Milliseconds that a sent transaction may take to be in a block: 15 slots of Ethereum. */
export const RECEIPT_TIMEOUT_MS = 180_000
/** Milliseconds between two looks for a receipt, at first (a local chain mines at once) and at most. */
export const FIRST_POLL_MS = 50
export const POLL_MS = 2_000
/** Looks for a receipt in a row that may fail before the outcome is given up as unknown. */
export const FAILED_POLLS = 5
/** Times a transaction is made anew because another of the same account took its nonce. */
export const NONCE_ATTEMPTS = 8
/** Times a read starts again at a newer block because the node asked did not know the block yet. */
export const BLOCK_ATTEMPTS = 3
/** Logs in one call: about 1.4 million gas of the 50 million that nodes allow a call, and 32 KB on the wire. */
export const LOGS_PER_CALL = 500
/** Writers or lanes in one call: at 13,100 gas units a lane 6.6 million, and 96 KB on the wire. */
export const LINES_PER_CALL = 500
/** Signed heads in one transaction: about 2.9 million gas, a tenth of a block, under the cap of EIP-7825. */
export const HEADS_PER_TRANSACTION = 200
/** Wallet-signed heads in one transaction: at 400,000 gas each at most, under the 16,777,216 of EIP-7825. */
export const WALLET_HEADS_PER_TRANSACTION = 30
/** Seconds that a signed head is good for if its signer does not say otherwise: one day. */
export const DEFAULT_LEAD_SECONDS = 86_400
/** Seconds that a deadline may be ahead: the registry's MAX_LEAD, 30 days. */
export const MAX_LEAD_SECONDS = 2_592_000
/** Wei per gas unit offered to the block's producer where the node has no advice: 1 gwei. */
export const DEFAULT_PRIORITY_FEE = 1_000_000_000n
/** scrypt's N for key files: what Web3 Secret Storage's specification and geth use. */
export const SCRYPT_N = 131_072
