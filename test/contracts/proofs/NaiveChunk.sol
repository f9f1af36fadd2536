// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice A chunk's hash tree as its definition has it, and proofs cut out of it; no thought of gas.
library NaiveChunk {
    /// @notice The nodes of the tree, numbered as in a heap: the root is 1, segment i is 128 + i.
    function treeOf(bytes memory payload) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](256);
        for (uint256 i = 0; i < payload.length; ++i) {
            nodes[128 + i / 32] |= bytes32(payload[i]) >> ((i % 32) * 8);
        }
        for (uint256 n = 127; n > 0; --n) {
            nodes[n] = keccak256(abi.encodePacked(nodes[2 * n], nodes[2 * n + 1]));
        }
    }

    /// @notice The address of the chunk with this payload.
    function addressOf(uint64 span, bytes memory payload) internal pure returns (bytes32) {
        bytes memory littleEndian = new bytes(8);
        for (uint256 i = 0; i < 8; ++i) {
            littleEndian[i] = bytes1(uint8(span >> (8 * i)));
        }
        return keccak256(abi.encodePacked(littleEndian, treeOf(payload)[1]));
    }

    /// @notice The proof of some segments: these, and then the siblings, from the lowest level up.
    function proofOf(bytes memory payload, uint256 segments) internal pure returns (bytes memory proof) {
        bytes32[] memory nodes = treeOf(payload);
        for (uint256 i = 0; i < 128; ++i) {
            if (segments >> i & 1 == 1) proof = bytes.concat(proof, nodes[128 + i]);
        }
        return bytes.concat(proof, siblingsOf(nodes, segments, (payload.length + 31) / 32));
    }

    /// @notice The siblings of some segments, of which `count` hold payload.
    function siblingsOf(bytes32[] memory nodes, uint256 segments, uint256 count)
        internal
        pure
        returns (bytes memory siblings)
    {
        for (uint256 first = 128; first > 1; first /= 2) {
            for (uint256 n = first; n < 2 * first; ++n) {
                uint256 width = 128 / first;
                bool isPadding = (n - first) * width >= count;
                if (!isPadding && !_isAbove(n, segments) && _isAbove(n ^ 1, segments)) {
                    siblings = bytes.concat(siblings, nodes[n]);
                }
            }
        }
    }

    /// @dev Whether a node is above one of the segments, or is one.
    function _isAbove(uint256 node, uint256 segments) private pure returns (bool) {
        if (node >= 128) return segments >> (node - 128) & 1 == 1;
        return _isAbove(2 * node, segments) || _isAbove(2 * node + 1, segments);
    }
}
