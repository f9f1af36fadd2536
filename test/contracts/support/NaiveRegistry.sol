// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogRegistry} from "../../../contracts/interfaces/IRemoteLogRegistry.sol";

/// @notice The model that the registry is compared with: the rules as sentences, no thought of gas.
contract NaiveRegistry {
    mapping(address owner => mapping(bytes32 topic => bytes32 head)) public heads;

    /// @notice Whether `owner` may move their head so by a transaction; moves it then.
    function publish(address owner, bytes32 topic, bytes32 expected, bytes32 next) external returns (bool moved) {
        moved = next != bytes32(0) && next != expected && heads[owner][topic] == expected;
        if (moved) heads[owner][topic] = next;
    }

    /// @notice What becomes of a statement; moves the head where nothing speaks against it.
    function submit(IRemoteLogRegistry.SignedHead memory statement, bool signed)
        external
        returns (IRemoteLogRegistry.Refusal)
    {
        bytes32 current = heads[statement.owner][statement.topic];
        if (statement.next == bytes32(0)) return IRemoteLogRegistry.Refusal.ZeroHead;
        if (statement.next == statement.expected) return IRemoteLogRegistry.Refusal.UnchangedHead;
        if (block.timestamp > statement.deadline) return IRemoteLogRegistry.Refusal.Expired;
        if (statement.deadline > block.timestamp + 2_592_000) return IRemoteLogRegistry.Refusal.DeadlineTooFar;
        if (statement.expected != current) return IRemoteLogRegistry.Refusal.StaleHead;
        if (!signed) return IRemoteLogRegistry.Refusal.BadSignature;
        heads[statement.owner][statement.topic] = statement.next;
        return IRemoteLogRegistry.Refusal.None;
    }
}
