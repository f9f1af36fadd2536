// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogVerifier} from "../../../contracts/interfaces/IRemoteLogVerifier.sol";

/// @notice A contract that acts on an entry, and tells what reading it cost.
contract Meter {
    /// @notice Gas units that the call of the verifier cost, with all that the caller does for it.
    /// @param used Gas units.
    /// @param payload keccak256 of the entry's payload.
    event Read(uint256 used, bytes32 payload);

    /// @notice Reads an entry.
    function read(IRemoteLogVerifier verifier, address owner, bytes32 topic, uint64 seq, bytes calldata proof)
        external
    {
        uint256 before = gasleft();
        IRemoteLogVerifier.Entry memory entry = verifier.entryOf(owner, topic, seq, proof);
        uint256 used = before - gasleft();
        emit Read(used, keccak256(entry.data));
    }
}
