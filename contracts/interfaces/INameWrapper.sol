// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title What is asked of ENS's name wrapper
/// @notice It owns wrapped names in ENS's registry, and gives each out as a token (ERC-1155).
interface INameWrapper {
    /// @notice Who owns a wrapped name.
    /// @param id The name's namehash, as a number.
    /// @return account The token's owner; zero where there is none, or where the name was emancipated and has expired.
    function ownerOf(uint256 id) external view returns (address account);

    /// @notice Whether an account may act for all wrapped names of another (ERC-1155).
    /// @param account The one that owns tokens.
    /// @param operator The one that acts.
    /// @return approved Whether it may.
    function isApprovedForAll(address account, address operator) external view returns (bool approved);
}
