import type { ErrorCode } from '@remote-log/core'

/** One sentence for each class of errors: what the person at the terminal can do about it. */
export const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  INVALID_ARGUMENT: 'See `remote-log help` or `remote-log help COMMAND`.',
  NOT_FOUND: 'Check the number, the log id and the node that is asked; another node may still have it.',
  UNAVAILABLE: 'Check that the Bee node and the RPC provider are running and reachable, then try again.',
  CORRUPT: 'Read from another Bee node or gateway: what this one answered is not what was published.',
  INVALID_PAGE: 'The writer published a page that breaks the format: nothing behind it can be trusted.',
  CONFLICT: 'Another device published first: run `remote-log publish` again to append behind it.',
  REWRITTEN:
    'The owner replaced history that was already published. Keep the two heads above as evidence; `remote-log forget` accepts it.',
  ROLLBACK:
    'The owner moved the log back to an earlier state. Keep the two heads above; `remote-log forget` accepts it.',
  STALE: 'The RPC provider lags behind what was seen before: wait, or ask another one.',
  REORG:
    'The chain dropped the block that was trusted: wait, or publish again if this device wrote it; else `remote-log forget` and sync.',
  REFUSED: 'Trying the same again will not help: what stands in the way is named above.',
  WRONG_CHAIN: 'Point --rpc at a provider of the chain that the log id names.',
  NO_CONTRACT: 'Check the registry address and the chain; on a devnet, that it runs on the same folder.',
  BUDGET_EXCEEDED: 'What was read is kept: raise --byte-budget or run the command again to go on.',
  READ_ONLY: 'Only the owner can write: run `remote-log init` with the key of the owner.',
  LOCKED:
    'One process at a time uses a home folder: let the other one finish, wait longer (--lock-timeout 5m), or give another --home.',
  LOCAL_DAMAGED: 'Run `remote-log forget` and sync again: what was published is safe.',
  WRONG_PASSWORD: 'Check REMOTE_LOG_PASSWORD or --password-file; nothing was changed.',
  ABORTED: 'Nothing was lost: run the command again to go on.',
}
