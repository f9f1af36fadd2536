import { Interface } from 'ethers'

/** What buyers need of the Swarm Foundation's PostageStamp (ethersphere/storage-incentives, `src/PostageStamp.sol`). */
export const postageInterface = new Interface([
  'function createBatch(address owner, uint256 initialBalancePerChunk, uint8 depth, uint8 bucketDepth, bytes32 nonce, bool immutable_) returns (bytes32)',
  'function topUp(bytes32 batchId, uint256 topupAmountPerChunk)',
  'function increaseDepth(bytes32 batchId, uint8 newDepth)',
  'function setPrice(uint256 price)',
  'function bzzToken() view returns (address)',
  'function lastPrice() view returns (uint64)',
  'function minimumInitialBalancePerChunk() view returns (uint256)',
  'function currentTotalOutPayment() view returns (uint256)',
  'function remainingBalance(bytes32 batchId) view returns (uint256)',
  'function batches(bytes32 batchId) view returns (address owner, uint8 depth, uint8 bucketDepth, bool immutableFlag, uint256 normalisedBalance, uint256 lastUpdatedBlockNumber)',
  'event BatchCreated(bytes32 indexed batchId, uint256 totalAmount, uint256 normalisedBalance, address owner, uint8 depth, uint8 bucketDepth, bool immutableFlag)',
  'event BatchTopUp(bytes32 indexed batchId, uint256 topupAmount, uint256 normalisedBalance)',
  'event BatchDepthIncrease(bytes32 indexed batchId, uint8 newDepth, uint256 normalisedBalance)',
  'event PriceUpdate(uint256 price)',
  'error ZeroAddress()',
  'error InvalidDepth()',
  'error BatchExists()',
  'error InsufficientBalance()',
  'error TransferFailed()',
  'error BatchDoesNotExist()',
  'error BatchExpired()',
  'error BatchTooSmall()',
  'error NotBatchOwner()',
  'error DepthNotIncreasing()',
  'error PriceOracleOnly()',
])

/** As much of ERC-20 as paying takes. */
export const bzzInterface = new Interface([
  'function balanceOf(address account) view returns (uint256)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function approve(address spender, uint256 value) returns (bool)',
])
