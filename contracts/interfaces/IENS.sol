// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title What is asked of ENS's registry (EIP-137)
interface IENS {
    /// @notice Who owns a node.
    /// @param node Namehash (EIP-137).
    /// @return account Its owner; the name wrapper where the name is wrapped; zero where nobody owns it.
    function owner(bytes32 node) external view returns (address account);

    /// @notice Whether an account may act for all nodes of another.
    /// @param account The one that owns nodes.
    /// @param operator The one that acts.
    /// @return approved Whether it may.
    function isApprovedForAll(address account, address operator) external view returns (bool approved);
}
