// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// Postage batches for development networks: the part of the Swarm Foundation's PostageStamp that buyers meet, with its
/// names, rules, events and errors. There is no pot, no oracle and no pausing, and whoever deploys it sets the price.
contract Postage {
    struct Batch {
        address owner;
        uint8 depth;
        uint8 bucketDepth;
        bool immutableFlag;
        uint256 normalisedBalance;
        uint256 lastUpdatedBlockNumber;
    }

    event BatchCreated(
        bytes32 indexed batchId,
        uint256 totalAmount,
        uint256 normalisedBalance,
        address owner,
        uint8 depth,
        uint8 bucketDepth,
        bool immutableFlag
    );
    event BatchTopUp(bytes32 indexed batchId, uint256 topupAmount, uint256 normalisedBalance);
    event BatchDepthIncrease(bytes32 indexed batchId, uint8 newDepth, uint256 normalisedBalance);
    event PriceUpdate(uint256 price);

    error ZeroAddress();
    error InvalidDepth();
    error BatchExists();
    error InsufficientBalance();
    error TransferFailed();
    error BatchDoesNotExist();
    error BatchExpired();
    error NotBatchOwner();
    error DepthNotIncreasing();
    error PriceOracleOnly();

    address public bzzToken;
    uint8 public minimumBucketDepth;
    address private _oracle;
    uint64 public minimumValidityBlocks;
    uint64 public lastPrice;
    uint64 public lastUpdatedBlock;
    uint256 private _totalOutPayment;
    mapping(bytes32 batchId => Batch batch) public batches;

    constructor(address token, uint8 minimumBucketDepth_, uint64 minimumValidityBlocks_, uint64 price) {
        bzzToken = token;
        minimumBucketDepth = minimumBucketDepth_;
        minimumValidityBlocks = minimumValidityBlocks_;
        _oracle = msg.sender;
        lastPrice = price;
        lastUpdatedBlock = uint64(block.number);
        emit PriceUpdate(price);
    }

    function createBatch(
        address owner,
        uint256 initialBalancePerChunk,
        uint8 depth,
        uint8 bucketDepth,
        bytes32 nonce,
        bool immutable_
    ) external returns (bytes32 batchId) {
        if (owner == address(0)) revert ZeroAddress();
        if (bucketDepth == 0 || bucketDepth < minimumBucketDepth || bucketDepth >= depth) revert InvalidDepth();
        batchId = keccak256(abi.encode(msg.sender, nonce));
        if (batches[batchId].owner != address(0)) revert BatchExists();
        if (initialBalancePerChunk < minimumInitialBalancePerChunk()) revert InsufficientBalance();

        uint256 totalAmount = initialBalancePerChunk * (1 << depth);
        uint256 normalisedBalance = currentTotalOutPayment() + initialBalancePerChunk;
        batches[batchId] = Batch(owner, depth, bucketDepth, immutable_, normalisedBalance, block.number);
        emit BatchCreated(batchId, totalAmount, normalisedBalance, owner, depth, bucketDepth, immutable_);
        _collect(totalAmount);
    }

    function topUp(bytes32 batchId, uint256 topupAmountPerChunk) external {
        Batch storage batch = batches[batchId];
        if (batch.owner == address(0)) revert BatchDoesNotExist();
        if (batch.normalisedBalance <= currentTotalOutPayment()) revert BatchExpired();
        if (remainingBalance(batchId) + topupAmountPerChunk < minimumInitialBalancePerChunk()) {
            revert InsufficientBalance();
        }

        uint256 totalAmount = topupAmountPerChunk * (1 << batch.depth);
        batch.normalisedBalance += topupAmountPerChunk;
        emit BatchTopUp(batchId, totalAmount, batch.normalisedBalance);
        _collect(totalAmount);
    }

    function increaseDepth(bytes32 batchId, uint8 newDepth) external {
        Batch storage batch = batches[batchId];
        if (batch.owner != msg.sender) revert NotBatchOwner();
        if (newDepth <= minimumBucketDepth || newDepth <= batch.depth) revert DepthNotIncreasing();
        if (batch.normalisedBalance <= currentTotalOutPayment()) revert BatchExpired();
        uint256 balance = remainingBalance(batchId) / (1 << (newDepth - batch.depth));
        if (balance < minimumInitialBalancePerChunk()) revert InsufficientBalance();

        batch.depth = newDepth;
        batch.lastUpdatedBlockNumber = block.number;
        batch.normalisedBalance = currentTotalOutPayment() + balance;
        emit BatchDepthIncrease(batchId, newDepth, batch.normalisedBalance);
    }

    function setPrice(uint256 price) external {
        if (msg.sender != _oracle) revert PriceOracleOnly();
        if (lastPrice != 0) _totalOutPayment = currentTotalOutPayment();
        lastPrice = uint64(price);
        lastUpdatedBlock = uint64(block.number);
        emit PriceUpdate(price);
    }

    function currentTotalOutPayment() public view returns (uint256 total) {
        total = _totalOutPayment + uint256(lastPrice) * (block.number - lastUpdatedBlock);
    }

    function minimumInitialBalancePerChunk() public view returns (uint256 balance) {
        balance = uint256(minimumValidityBlocks) * lastPrice;
    }

    function remainingBalance(bytes32 batchId) public view returns (uint256 balance) {
        Batch storage batch = batches[batchId];
        if (batch.owner == address(0)) revert BatchDoesNotExist();
        uint256 total = currentTotalOutPayment();
        balance = batch.normalisedBalance <= total ? 0 : batch.normalisedBalance - total;
    }

    function _collect(uint256 amount) private {
        if (!IERC20(bzzToken).transferFrom(msg.sender, address(this), amount)) revert TransferFailed();
    }
}
