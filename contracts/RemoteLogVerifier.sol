// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IRemoteLogRegistry} from "./interfaces/IRemoteLogRegistry.sol";
import {IRemoteLogVerifier} from "./interfaces/IRemoteLogVerifier.sol";
import {RemoteLogProof} from "./proof/RemoteLogProof.sol";
import {SwarmProof} from "./SwarmProof.sol";

/// @title Reads entries of logs on Swarm, by proof
/// @notice See {IRemoteLogVerifier}.
contract RemoteLogVerifier is IRemoteLogVerifier {
    /// @inheritdoc IRemoteLogVerifier
    IRemoteLogRegistry public immutable REGISTRY;

    /// @param registry The registry whose heads count.
    constructor(IRemoteLogRegistry registry) {
        if (address(registry).code.length == 0) revert NotAContract(address(registry));
        REGISTRY = registry;
    }

    /// @inheritdoc IRemoteLogVerifier
    function entryOf(address owner, bytes32 topic, uint64 seq, bytes calldata proof)
        external
        view
        returns (Entry memory entry)
    {
        bytes32 log = Hashes.efficientKeccak256(bytes32(uint256(uint160(owner))), topic);
        return RemoteLogProof.entryAt(REGISTRY.headOf(owner, topic), log, seq, proof);
    }

    /// @inheritdoc IRemoteLogVerifier
    function entryAt(bytes32 head, bytes32 log, uint64 seq, bytes calldata proof)
        external
        pure
        returns (Entry memory entry)
    {
        return RemoteLogProof.entryAt(head, log, seq, proof);
    }

    /// @inheritdoc IRemoteLogVerifier
    function payload(bytes32 remoteHash, uint64 length, uint256 from, uint256 to, bytes calldata proof)
        external
        pure
        returns (bytes memory data)
    {
        return SwarmProof.read(remoteHash, length, from, to, proof);
    }
}
