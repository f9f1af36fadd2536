// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title An Ethereum address (EIP-137)
interface IAddrResolver {
    /// @notice Emitted when the address of a node was set.
    /// @param node Namehash (EIP-137).
    /// @param a The address; zero for none.
    event AddrChanged(bytes32 indexed node, address a);

    /// @notice The Ethereum address of a node.
    /// @param node Namehash (EIP-137).
    /// @return account The address; zero for none.
    function addr(bytes32 node) external view returns (address account);
}

/// @title Addresses of any chain (ENSIP-9)
interface IAddressResolver {
    /// @notice Emitted when an address of a node was set.
    /// @param node Namehash (EIP-137).
    /// @param coinType The chain, by its number in SLIP-44; Ethereum is 60.
    /// @param newAddress The address in the chain's binary form; no bytes for none.
    event AddressChanged(bytes32 indexed node, uint256 coinType, bytes newAddress);

    /// @notice An address of a node.
    /// @param node Namehash (EIP-137).
    /// @param coinType The chain, by its number in SLIP-44; Ethereum is 60.
    /// @return account The address in the chain's binary form; no bytes for none.
    function addr(bytes32 node, uint256 coinType) external view returns (bytes memory account);
}

/// @title Text records (ENSIP-5)
interface ITextResolver {
    /// @notice Emitted when a text record of a node was set.
    /// @param node Namehash (EIP-137).
    /// @param indexedKey The record's key, to filter by.
    /// @param key The record's key.
    /// @param value The text; empty for none.
    event TextChanged(bytes32 indexed node, string indexed indexedKey, string key, string value);

    /// @notice A text record of a node.
    /// @param node Namehash (EIP-137).
    /// @param key The record's key.
    /// @return value The text; empty for none.
    function text(bytes32 node, string calldata key) external view returns (string memory value);
}

/// @title What a name shows (ENSIP-7, EIP-1577)
interface IContentHashResolver {
    /// @notice The content hash of a node.
    /// @param node Namehash (EIP-137).
    /// @return hash The content as a multicodec; no bytes for none.
    function contenthash(bytes32 node) external view returns (bytes memory hash);
}

/// @title Any record of any name, also of names that were never set up (ENSIP-10)
interface IExtendedResolver {
    /// @notice A record of a name.
    /// @param name The name in the DNS wire format: each label behind its length, a zero at the end.
    /// @param data The call of this resolver that asks for the record, with the name's own node in it.
    /// @return result What that call returns, encoded as it returns it.
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory result);
}
