// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice The part of ENS's registry that finds resolvers.
interface IRegistryForUniversal {
    function resolver(bytes32 node) external view returns (address);
}

/// @notice What is called of a resolver.
interface IWildcardResolver {
    function supportsInterface(bytes4 id) external view returns (bool);
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory);
}

/// @notice Calls resolvers as ENS's UniversalResolver does: it looks for the resolver of a name, else of the nearest
/// name above; asks whether this one takes names (ENSIP-10); calls `resolve(bytes,bytes)` with name and call as they
/// came; and takes the bytes in the answer for what the call returned. Without offchain lookups and batches.
contract UniversalResolverDouble {
    struct Found {
        bytes name;
        uint256 offset;
        bytes32 node;
        address resolver;
        bool extended;
    }

    error ResolverNotFound(bytes name);
    error UnsupportedResolverProfile(bytes4 selector);
    error ResolverError(bytes errorData);

    IRegistryForUniversal private immutable _ens;

    constructor(IRegistryForUniversal ens) {
        _ens = ens;
    }

    /// @notice The record that `data` asks for.
    function resolve(bytes calldata name, bytes calldata data)
        external
        view
        returns (bytes memory result, address resolver)
    {
        Found memory found = requireResolver(name);
        resolver = found.resolver;
        bool done;
        if (found.extended) {
            (done, result) = resolver.staticcall(abi.encodeCall(IWildcardResolver.resolve, (name, data)));
            if (done) result = abi.decode(result, (bytes));
        } else {
            (done, result) = resolver.staticcall(data);
        }
        if (!done) revert ResolverError(result);
        if (result.length == 0) revert UnsupportedResolverProfile(bytes4(data));
    }

    /// @notice Who resolves a name.
    function requireResolver(bytes calldata name) public view returns (Found memory found) {
        (found.resolver, found.node, found.offset) = findResolver(name);
        if (found.resolver.code.length == 0) revert ResolverNotFound(name);
        found.name = name;
        found.extended = IWildcardResolver(found.resolver).supportsInterface(IWildcardResolver.resolve.selector);
        if (found.offset > 0 && !found.extended) revert ResolverNotFound(name);
    }

    /// @notice The first resolver from the name upwards, the node it stands at, and where in the name that begins.
    function findResolver(bytes calldata name) public view returns (address resolver, bytes32 node, uint256 offset) {
        while (true) {
            node = namehash(name, offset);
            resolver = _ens.resolver(node);
            if (resolver != address(0) || name[offset] == 0) return (resolver, node, offset);
            offset += 1 + uint8(name[offset]);
        }
    }

    /// @notice EIP-137's hash, as the standard defines it: from a label and the hash of the rest.
    function namehash(bytes calldata name, uint256 offset) public pure returns (bytes32) {
        uint256 end = offset + 1 + uint8(name[offset]);
        if (name[offset] == 0) return 0;
        return keccak256(abi.encode(namehash(name, end), keccak256(name[offset + 1:end])));
    }
}
