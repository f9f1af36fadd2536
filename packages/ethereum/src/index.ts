export type { Signer } from 'ethers'
export type { Change, ChangeOptions } from './change.ts'
export * from './deploy.ts'
export * from './deployments.ts'
export * from './domain.ts'
export type { Eip1193Provider } from './eip1193.ts'
export { askHeadProof, type CarriedHeadProof, readHeadProof } from './head-proof/carried-proof.ts'
export { headSlot } from './head-proof/head-slot.ts'
export { type ProofOptions, proveHead, proveHeadInState, type TrustedState } from './head-proof/prove-head.ts'
export { type HeadProofQuestion, verifyHeadProof } from './head-proof/verify-head-proof.ts'
export * from './http-provider.ts'
export * from './key-file.ts'
export * from './lane-change.ts'
export * from './lanes.ts'
export { ENS_REGISTRY, type EnsOptions } from './names/ens-registry.ts'
export { linkName, type NameTransaction, setNameResolver, unlinkName } from './names/link-name.ts'
export { type ResolverOptions, resolverInterface } from './names/log-resolver.ts'
export { type LogName, type NameOptions, resolveLogName } from './names/resolve-log-name.ts'
export type { RegistryOptions } from './options.ts'
export {
  batchIdOf,
  type ChainBatchOrder,
  type ChainBatchState,
  ChainPostage,
  type ChainPostageOptions,
  type ChainPostagePrice,
  type ChainTopUpOrder,
} from './postage/chain-postage.ts'
export { bzzInterface, postageInterface } from './postage/postage-abi.ts'
export { chainIdOf, POSTAGE_CONTRACTS } from './postage/postage-contracts.ts'
export { REFUSALS, type Refusal, registryAbi, registryInterface } from './registry-abi.ts'
export * from './registry-name-system.ts'
export { RelayedNameSystem, type RelayedOptions } from './relay/relayed-name-system.ts'
export { httpRelayer, type Relayer } from './relay/relayer.ts'
export * from './sign-head.ts'
export {
  type HeadStatementToSign,
  logOf,
  parseSignedHead,
  type SignedHead,
} from './signed-head.ts'
export * from './signer.ts'
export type { StatementPlace } from './statement.ts'
export * from './submit-signed.ts'
export * from './verify-head.ts'
export * from './writer-grant.ts'
export {
  authorizeWriter,
  type GrantTopic,
  grantOf,
  revokeWriter,
  type Writer,
  type WriterKey,
  writersOf,
} from './writers.ts'
