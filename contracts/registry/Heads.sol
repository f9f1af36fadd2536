// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IRemoteLogHeads} from "../interfaces/IRemoteLogHeads.sol";
import {Statements} from "./Statements.sol";

/// @title Where heads are kept, and how an owner moves them
/// @notice See {IRemoteLogHeads}.
abstract contract Heads is Statements {
    /// @dev One slot, as a struct so that its address is computed once for reading and writing.
    struct Head {
        bytes32 value;
    }

    /// @dev The storage layout is part of the interface: readers ask for storage proofs (EIP-1186) of a head at
    /// keccak256(abi.encode(keccak256(abi.encode(owner, topic)), 2)). The inner hash is what a log is called inside its
    /// pages; 2 is this mapping's slot, behind two slots of {EIP712} that stay empty.
    mapping(bytes32 log => Head head) private _heads;

    /// @inheritdoc IRemoteLogHeads
    /// @dev {_publish} written out for the caller: to share it costs 51 gas units.
    function publish(bytes32 topic, bytes32 expected, bytes32 next) external {
        if (next == 0) revert ZeroHead(msg.sender, topic);
        if (next == expected) revert UnchangedHead(msg.sender, topic, next);
        Head storage head = _headAt(msg.sender, topic);
        bytes32 current = head.value;
        if (current != expected) revert StaleHead(msg.sender, topic, expected, current);
        head.value = next;
        emit HeadMoved(msg.sender, topic, next);
    }

    /// @inheritdoc IRemoteLogHeads
    function headOf(address owner, bytes32 topic) external view returns (bytes32 head) {
        return _headAt(owner, topic).value;
    }

    /// @inheritdoc IRemoteLogHeads
    function headsOf(LogKey[] calldata logs) external view returns (bytes32[] memory heads) {
        return _headsAt(logs);
    }

    /// @inheritdoc IRemoteLogHeads
    function headsWithBlock(LogKey[] calldata logs)
        external
        view
        returns (SeenBlock memory seen, bytes32[] memory heads)
    {
        return (_seenBlock(), _headsAt(logs));
    }

    /// @dev Moves a head for somebody who may.
    function _publish(address owner, bytes32 topic, bytes32 expected, bytes32 next) internal {
        if (next == 0) revert ZeroHead(owner, topic);
        if (next == expected) revert UnchangedHead(owner, topic, next);
        Head storage head = _headAt(owner, topic);
        bytes32 current = head.value;
        if (current != expected) revert StaleHead(owner, topic, expected, current);
        head.value = next;
        emit HeadMoved(owner, topic, next);
    }

    /// @dev Where a log's head is kept.
    function _headAt(address owner, bytes32 topic) internal view returns (Head storage head) {
        return _heads[_logOf(owner, topic)];
    }

    /// @dev Whose head a statement is about, and where it is kept. A statement begins with owner and topic, word by word.
    /// Written out, with the check that the owner is an address: the compiler's way, shared with all other functions,
    /// costs 40 gas units more a head.
    function _open(SignedHead calldata statement) internal pure returns (address owner, Head storage head) {
        uint256 word;
        assembly ("memory-safe") {
            word := calldataload(statement)
            calldatacopy(0x00, statement, 0x40)
            mstore(0x00, keccak256(0x00, 0x40))
            mstore(0x20, _heads.slot)
            head.slot := keccak256(0x00, 0x40)
        }
        if (word > type(uint160).max) revert NotAnAddress(word);
        owner = address(uint160(word));
    }

    /// @dev What a log is called: keccak256(abi.encode(owner, topic)).
    function _logOf(address owner, bytes32 topic) internal pure returns (bytes32 log) {
        return Hashes.efficientKeccak256(bytes32(uint256(uint160(owner))), topic);
    }

    /// @dev The block that this call runs in.
    function _seenBlock() internal view returns (SeenBlock memory seen) {
        return SeenBlock(block.number, block.timestamp, blockhash(block.number - 1));
    }

    /// @dev How many of `total` items there are behind `offset`, at most `limit`.
    function _countFrom(uint256 total, uint256 offset, uint256 limit) internal pure returns (uint256 count) {
        if (offset >= total) return 0;
        return limit < total - offset ? limit : total - offset;
    }

    /// @dev The heads of logs, in order.
    function _headsAt(LogKey[] calldata logs) private view returns (bytes32[] memory heads) {
        heads = new bytes32[](logs.length);
        for (uint256 i = 0; i < logs.length; ++i) {
            heads[i] = _headAt(logs[i].owner, logs[i].topic).value;
        }
    }
}
