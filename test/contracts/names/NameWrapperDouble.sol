// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {INameWrapper} from "../../../contracts/interfaces/INameWrapper.sol";

/// @notice The part of ENS's registry that a wrapper uses.
interface IRegistryForWrapper {
    function owner(bytes32 node) external view returns (address);
    function setOwner(bytes32 node, address owner) external;
    function setResolver(bytes32 node, address resolver) external;
    function isApprovedForAll(address owner, address operator) external view returns (bool);
}

/// @notice Stands for ENS's NameWrapper as far as a resolver sees it: wrapped names belong to this contract in ENS's
/// registry, `ownerOf` answers 0 for an emancipated name that has expired, and approvals are its own, apart from those
/// of the registry. Fuses, but for the one that emancipates, and tokens (ERC-1155) are left out.
contract NameWrapperDouble is INameWrapper {
    struct Token {
        address owner;
        bool emancipated;
        uint64 expiry;
    }

    error Unauthorised(bytes32 node, address caller);

    IRegistryForWrapper private immutable _ens;
    mapping(uint256 id => Token token) private _tokens;
    mapping(address owner => mapping(address operator => bool approved)) private _approvals;

    constructor(IRegistryForWrapper ens) {
        _ens = ens;
    }

    /// @notice Takes a name that the caller owns in the registry, having approved this contract there.
    function wrap(bytes32 node, address owner, bool emancipated, uint64 expiry) external {
        address registrant = _ens.owner(node);
        if (registrant != msg.sender && !_ens.isApprovedForAll(registrant, msg.sender)) {
            revert Unauthorised(node, msg.sender);
        }
        _tokens[uint256(node)] = Token(owner, emancipated, expiry);
        _ens.setOwner(node, address(this));
    }

    /// @notice Gives a name back to the registry.
    function unwrap(bytes32 node, address owner) external {
        _check(node);
        delete _tokens[uint256(node)];
        _ens.setOwner(node, owner);
    }

    /// @notice Gives the token to somebody else.
    function transfer(bytes32 node, address to) external {
        _check(node);
        _tokens[uint256(node)].owner = to;
    }

    /// @notice Sets the name's resolver in the registry.
    function setResolver(bytes32 node, address resolver) external {
        _check(node);
        _ens.setResolver(node, resolver);
    }

    /// @notice Lets an operator act for the caller, or no longer.
    function setApprovalForAll(address operator, bool approved) external {
        _approvals[msg.sender][operator] = approved;
    }

    /// @inheritdoc INameWrapper
    function ownerOf(uint256 id) public view returns (address) {
        Token storage token = _tokens[id];
        return token.emancipated && token.expiry < block.timestamp ? address(0) : token.owner;
    }

    /// @inheritdoc INameWrapper
    function isApprovedForAll(address owner, address operator) public view returns (bool) {
        return _approvals[owner][operator];
    }

    function _check(bytes32 node) private view {
        address owner = ownerOf(uint256(node));
        if (owner != msg.sender && !isApprovedForAll(owner, msg.sender)) revert Unauthorised(node, msg.sender);
    }
}
