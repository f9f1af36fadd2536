// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Proofs of bytes on Swarm
/// @notice Verifies that bytes belong to a Swarm reference, without the rest of them (docs/spec.md section 11).
///
/// A chunk's address is keccak256(span ‖ root). The span is the number of file bytes below the chunk (uint64, little
/// endian); the root is the binary keccak256 tree over the payload, padded with zeros to 128 segments of 32 bytes. A
/// file of more than 4,096 bytes is a tree of such chunks: an inner chunk's payload is the addresses of up to 128
/// children.
///
/// Nothing is told by a span alone, since chunks carry no type: a payload could look like an inner chunk. Whoever
/// verifies must know the length of the file from elsewhere. The shape of the tree, every span and the number of
/// children follow from it, and a file of another length under the same reference does not exist.
///
/// All functions read a proof from position `offset` on and give the position behind what they read. They check that the
/// proof is long enough, not that it ends there: {demandEnd} does.
library SwarmProof {
    /// @dev Bytes of payload in a chunk.
    uint256 internal constant CHUNK_BYTES = 4096;
    /// @dev log2 of the children that an inner chunk has at most.
    uint256 private constant _BRANCH_BITS = 7;

    /// @dev The logarithms of the powers of two below 2^128, one a byte, each at the place of its power modulo 131, of
    /// which 2 is a primitive root. A test computes them anew.
    bytes32 private constant _LOG2_0 = 0x00000148022e4960030e2f384a126176042b0f23302639174b5c13566233771d;
    bytes32 private constant _LOG2_1 = 0x05002c0c1029245a317e277c3a3c18694c3e5d73141a5766636b3452784e1e6e;
    bytes32 private constant _LOG2_2 = 0x064000472d5f0d3711752a2225165b55321c7f0b28597d7b3b683d7219656a51;
    bytes32 private constant _LOG2_3 = 0x4d6d3f465e36742115541b0a587a677164506c453520530979704f441f086f43;
    bytes32 private constant _LOG2_4 = 0x0742410000000000000000000000000000000000000000000000000000000000;

    /// @notice Thrown when a proof ends before all that it must contain.
    /// @param needed Bytes that it must have at least.
    /// @param length Bytes that it has.
    error ProofTooShort(uint256 needed, uint256 length);

    /// @notice Thrown when a proof goes on behind all that it must contain.
    /// @param needed Bytes that it must have.
    /// @param length Bytes that it has.
    error ProofTooLong(uint256 needed, uint256 length);

    /// @notice Thrown when the segments to prove are none, or some lie behind the payload.
    /// @param segments The segments: bit i is segment i.
    /// @param count Segments that hold payload, the last of them perhaps in part.
    error SegmentsOutOfRange(uint256 segments, uint256 count);

    /// @notice Thrown when bytes behind the payload are proven not to be zero: it is longer than it is said to be.
    /// @param length Bytes of payload there should be.
    error PaddingNotZero(uint256 length);

    /// @notice Thrown when bytes are asked for that a file does not have, or none.
    /// @param from Offset of the first byte.
    /// @param to Offset behind the last byte.
    /// @param length Bytes of the file.
    error RangeOutOfFile(uint256 from, uint256 to, uint256 length);

    /// @notice Thrown when the proven bytes are those of another file, or in another place of it.
    /// @param root The reference that was given.
    /// @param proven The reference that the proof leads to.
    error WrongRoot(bytes32 root, bytes32 proven);

    /// @notice The bytes `from` to `to` of a file.
    ///
    /// The proof consists, for each chunk of the file that the range touches, in order, of a {chunkAt} proof of the
    /// touched segments and a {rootAbove} proof.
    ///
    /// Requirements:
    /// - `from` < `to` <= `length` ({RangeOutOfFile}).
    /// - The proof must lead to `root` ({WrongRoot}) and have exactly the bytes that it needs
    ///   ({ProofTooShort}, {ProofTooLong}).
    /// - Bytes of a proven segment that lie behind the end of the file must be zero ({PaddingNotZero}).
    ///
    /// @param root Root of the file, at redundancy level 0.
    /// @param length Bytes of the file, as somebody trusted says.
    /// @param from Offset of the first byte wanted.
    /// @param to Offset behind the last byte wanted.
    /// @param proof The proof.
    /// @return data The bytes.
    function read(bytes32 root, uint64 length, uint256 from, uint256 to, bytes calldata proof)
        internal
        pure
        returns (bytes memory data)
    {
        if (from >= to || to > length) revert RangeOutOfFile(from, to, length);
        data = new bytes(to - from);
        uint256 offset = 0;
        for (uint256 start = from; start < to;) {
            uint256 leaf = start / CHUNK_BYTES;
            uint256 end = _min((leaf + 1) * CHUNK_BYTES, to);
            offset = _readLeaf(proof, offset, root, length, start, end, data, start - from);
            start = end;
        }
        demandEnd(proof, offset);
    }

    /// @notice The address of a chunk of which some segments are given, and its payload as far as it is given.
    ///
    /// The proof consists of the segments in order, and then the siblings: level by level from the segments up, within
    /// a level from left to right, the nodes that stand beside a known one and are not known. A node above nothing but
    /// padding is known: this proves that the padding there is zero.
    ///
    /// Requirements:
    /// - `segments` must be some of the payload's ({SegmentsOutOfRange}).
    /// - Bytes behind the payload in a given segment must be zero ({PaddingNotZero}).
    ///
    /// @param proof The proof.
    /// @param offset Where in it to start.
    /// @param span File bytes below the chunk; at most 2^64-1.
    /// @param length Bytes of its payload; at most 4,096.
    /// @param segments Which segments are given: bit i is segment i.
    /// @return chunk The address.
    /// @return end Where the proof goes on.
    /// @return payload Where the payload lies in memory: 4,096 bytes, of which those in segments not given are
    /// anything.
    function chunkAt(bytes calldata proof, uint256 offset, uint256 span, uint256 length, uint256 segments)
        internal
        pure
        returns (bytes32 chunk, uint256 end, uint256 payload)
    {
        uint256 count = (length + 31) >> 5;
        if (segments == 0 || segments >> count != 0) revert SegmentsOutOfRange(segments, count);
        bytes32 root;
        (root, end, payload) = _rootOfSegments(proof, offset, segments, count);
        if (end > proof.length) revert ProofTooShort(end, proof.length);
        if (length & 31 != 0 && segments >> (count - 1) != 0) {
            uint256 last;
            assembly ("memory-safe") {
                last := mload(add(payload, shl(5, sub(count, 1))))
            }
            if (last << ((length & 31) << 3) != 0) revert PaddingNotZero(length);
        }
        chunk = _address(span, root);
    }

    /// @notice The root of a file in which a chunk has a certain place.
    ///
    /// The proof consists, for each inner chunk above, from the lowest to the root, of the siblings on the way up from
    /// the child's address; as in {chunkAt}, those above nothing but padding are left out.
    ///
    /// @param proof The proof.
    /// @param offset Where in it to start.
    /// @param leaf Address of the chunk.
    /// @param index Its place: `index` times 4,096 bytes of the file lie before it. Less than the number of chunks.
    /// @param length Bytes of the file; at most 2^64-1.
    /// @return root The root.
    /// @return end Where the proof goes on.
    function rootAbove(bytes calldata proof, uint256 offset, bytes32 leaf, uint256 index, uint256 length)
        internal
        pure
        returns (bytes32 root, uint256 end)
    {
        root = leaf;
        end = offset;
        uint256 nodes = (length + CHUNK_BYTES - 1) / CHUNK_BYTES;
        for (uint256 full = CHUNK_BYTES << _BRANCH_BITS; nodes > 1; full <<= _BRANCH_BITS) {
            uint256 parent = index >> _BRANCH_BITS;
            uint256 children = _min(nodes - (parent << _BRANCH_BITS), 1 << _BRANCH_BITS);
            // A single left-over child is carried up unchanged.
            if (children > 1) {
                uint256 child = index & ((1 << _BRANCH_BITS) - 1);
                (root, end) = _rootOfChild(proof, end, root, child, children);
                root = _address(_min(length - parent * full, full), root);
            }
            index = parent;
            nodes = (nodes + (1 << _BRANCH_BITS) - 1) >> _BRANCH_BITS;
        }
        if (end > proof.length) revert ProofTooShort(end, proof.length);
    }

    /// @notice Checks that a proof has been read to its end ({ProofTooLong}).
    /// @param proof The proof.
    /// @param offset Where it should end.
    function demandEnd(bytes calldata proof, uint256 offset) internal pure {
        if (offset < proof.length) revert ProofTooLong(offset, proof.length);
    }

    /// @notice The segments in which bytes of a payload lie.
    /// @param from Offset of the first byte.
    /// @param to Offset behind the last byte; more than `from`.
    /// @return segments Bit i is segment i.
    function segmentsOf(uint256 from, uint256 to) internal pure returns (uint256 segments) {
        unchecked {
            return (2 << ((to - 1) >> 5)) - (1 << (from >> 5));
        }
    }

    /// @dev Copies the bytes `start` to `end` of a file, all in one leaf, to `data` from `to` on.
    function _readLeaf(
        bytes calldata proof,
        uint256 offset,
        bytes32 root,
        uint256 length,
        uint256 start,
        uint256 end,
        bytes memory data,
        uint256 to
    ) private pure returns (uint256 next) {
        uint256 leaf = start / CHUNK_BYTES;
        uint256 before = leaf * CHUNK_BYTES;
        uint256 leafLength = _min(length - before, CHUNK_BYTES);
        uint256 payload;
        bytes32 proven;
        (proven, next, payload) = chunkAt(proof, offset, leafLength, leafLength, segmentsOf(start - before, end - before));
        (proven, next) = rootAbove(proof, next, proven, leaf, length);
        if (proven != root) revert WrongRoot(root, proven);
        assembly ("memory-safe") {
            mcopy(add(add(data, 0x20), to), add(payload, sub(start, before)), sub(end, start))
        }
    }

    /// @dev The root over 128 segments, of which those in `segments` are in the proof and those from `count` on are zero.
    ///
    /// Nodes are numbered as in a heap: the root is 1, the children of n are 2n and 2n+1, segment i is 128 + i. Node n
    /// is written 32 * n behind `nodes`. Known nodes wait in a queue in order, all of a level before any above it; who
    /// leaves it, with its sibling or alone, makes their parent known. Nodes that nobody needs are never computed.
    function _rootOfSegments(bytes calldata proof, uint256 offset, uint256 segments, uint256 count)
        private
        pure
        returns (bytes32 root, uint256 end, uint256 payload)
    {
        assembly ("memory-safe") {
            let nodes := mload(0x40)
            // Behind 256 nodes the table of logarithms, behind it the queue; of all this the payload is kept.
            let table := add(nodes, 0x2000)
            mstore(table, _LOG2_0)
            mstore(add(table, 0x20), _LOG2_1)
            mstore(add(table, 0x40), _LOG2_2)
            mstore(add(table, 0x60), _LOG2_3)
            mstore(add(table, 0x80), _LOG2_4)
            let first := add(table, 0xa0)
            let last := first
            let source := add(proof.offset, offset)
            for {} segments {} {
                let lowest := and(segments, sub(0, segments))
                segments := xor(segments, lowest)
                let node := add(0x1000, shl(5, byte(0, mload(add(table, mod(lowest, 131))))))
                mstore(add(nodes, node), calldataload(source))
                source := add(source, 0x20)
                mstore(last, node)
                last := add(last, 0x20)
            }
            mstore(last, 0)
            // The first node of the level, the first of the level above nothing but padding, and what such nodes are.
            let level := 0x1000
            let limit := add(0x1000, shl(5, count))
            let padding := 0
            for {} 1 {} {
                let node := mload(first)
                first := add(first, 0x20)
                if lt(node, level) {
                    if eq(node, 0x20) { break }
                    level := shr(1, level)
                    limit := and(shr(1, add(limit, 0x20)), not(0x1f))
                    mstore(0x00, padding)
                    mstore(0x20, padding)
                    padding := keccak256(0x00, 0x40)
                }
                let sibling := xor(node, 0x20)
                switch eq(mload(first), sibling)
                case 0 {
                    switch lt(sibling, limit)
                    case 0 { mstore(add(nodes, sibling), padding) }
                    default {
                        mstore(add(nodes, sibling), calldataload(source))
                        source := add(source, 0x20)
                    }
                }
                default { first := add(first, 0x20) }
                let parent := and(shr(1, node), not(0x1f))
                mstore(add(nodes, parent), keccak256(add(nodes, shl(1, parent)), 0x40))
                mstore(last, parent)
                last := add(last, 0x20)
                mstore(last, 0)
            }
            root := mload(add(nodes, 0x20))
            end := sub(source, proof.offset)
            payload := nodes
            mcopy(payload, add(nodes, 0x1000), 0x1000)
            mstore(0x40, add(payload, 0x1000))
        }
    }

    /// @dev The root over 128 segments: segment `index` is `child`, those from `count` on are zero.
    function _rootOfChild(bytes calldata proof, uint256 offset, bytes32 child, uint256 index, uint256 count)
        private
        pure
        returns (bytes32 root, uint256 end)
    {
        assembly ("memory-safe") {
            let source := add(proof.offset, offset)
            let padding := 0
            root := child
            for { let level := 0 } lt(level, 7) { level := add(level, 1) } {
                let sibling := padding
                if lt(xor(index, 1), count) {
                    sibling := calldataload(source)
                    source := add(source, 0x20)
                }
                // The node goes to the left half where the index is even, its sibling to the other.
                let side := shl(5, and(index, 1))
                mstore(side, root)
                mstore(xor(side, 0x20), sibling)
                root := keccak256(0x00, 0x40)
                mstore(0x00, padding)
                mstore(0x20, padding)
                padding := keccak256(0x00, 0x40)
                index := shr(1, index)
                count := shr(1, add(count, 1))
            }
            end := sub(source, proof.offset)
        }
    }

    /// @dev keccak256(span ‖ root), the span in little endian.
    function _address(uint256 span, bytes32 root) private pure returns (bytes32 chunk) {
        uint256 reversed = littleEndian64(span);
        assembly ("memory-safe") {
            mstore(0x00, shl(192, reversed))
            mstore(0x08, root)
            chunk := keccak256(0x00, 0x28)
        }
    }

    /// @notice The bytes of a number of 64 bits in the other order.
    /// @param value The number.
    /// @return reversed The number that has its bytes in the other order.
    function littleEndian64(uint256 value) internal pure returns (uint256 reversed) {
        reversed = ((value & 0x00ff00ff00ff00ff) << 8) | ((value >> 8) & 0x00ff00ff00ff00ff);
        reversed = ((reversed & 0x0000ffff0000ffff) << 16) | ((reversed >> 16) & 0x0000ffff0000ffff);
        reversed = ((reversed << 32) | (reversed >> 32)) & type(uint64).max;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256 smaller) {
        return a < b ? a : b;
    }
}
