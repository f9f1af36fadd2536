// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogHeads} from "../../../contracts/interfaces/IRemoteLogHeads.sol";

/// @notice The model that the registry is compared with: the rules as sentences, no thought of gas.
contract NaiveRegistry {
    mapping(address owner => mapping(bytes32 topic => bytes32 head)) public heads;

    /// @notice Whether `owner` may move their head so by a transaction; moves it then.
    function publish(address owner, bytes32 topic, bytes32 expected, bytes32 next) external returns (bool moved) {
        moved = next != bytes32(0) && next != expected && heads[owner][topic] == expected;
        if (moved) heads[owner][topic] = next;
    }

    /// @notice What becomes of a statement; moves the head where nothing speaks against it.
    function submit(IRemoteLogHeads.SignedHead memory statement, bool signed)
        external
        returns (IRemoteLogHeads.Refusal)
    {
        bytes32 current = heads[statement.owner][statement.topic];
        if (statement.next == bytes32(0)) return IRemoteLogHeads.Refusal.ZeroHead;
        if (statement.next == statement.expected) return IRemoteLogHeads.Refusal.UnchangedHead;
        if (block.timestamp > statement.deadline) return IRemoteLogHeads.Refusal.Expired;
        if (statement.deadline > block.timestamp + 2_592_000) return IRemoteLogHeads.Refusal.DeadlineTooFar;
        if (statement.expected != current) return IRemoteLogHeads.Refusal.StaleHead;
        if (!signed) return IRemoteLogHeads.Refusal.BadSignature;
        heads[statement.owner][statement.topic] = statement.next;
        return IRemoteLogHeads.Refusal.None;
    }
}
