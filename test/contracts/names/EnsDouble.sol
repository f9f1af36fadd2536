// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IENS} from "../../../contracts/interfaces/IENS.sol";

/// @notice Stands for ENS's registry where a Solidity test sets owners at will. The tests in TypeScript use the bytecode
/// that ENS published.
contract EnsDouble is IENS {
    mapping(bytes32 node => address owner) private _owners;
    mapping(address owner => mapping(address operator => bool approved)) private _approvals;

    /// @notice Makes an account the owner, whoever asks.
    function give(bytes32 node, address to) external {
        _owners[node] = to;
    }

    /// @notice Sets an approval of an account, whoever asks.
    function approve(address account, address operator, bool approved) external {
        _approvals[account][operator] = approved;
    }

    /// @inheritdoc IENS
    function owner(bytes32 node) external view returns (address) {
        return _owners[node];
    }

    /// @inheritdoc IENS
    function isApprovedForAll(address account, address operator) external view returns (bool) {
        return _approvals[account][operator];
    }
}
