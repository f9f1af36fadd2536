// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SwarmProof} from "../../contracts/SwarmProof.sol";
import {NaiveChunk} from "./proofs/NaiveChunk.sol";
import {between, same} from "./support/Cheats.sol";

/// @notice The library against the definition of chunks, on random input.
contract SwarmProofTest {
    /// @notice What {SwarmProof-chunkAt} gives, the payload's given segments as bytes.
    function chunkAt(bytes calldata proof, uint256 span, uint256 length, uint256 segments)
        external
        pure
        returns (bytes32 chunk, uint256 end, bytes memory payload)
    {
        uint256 place;
        (chunk, end, place) = SwarmProof.chunkAt(proof, 0, span, length, segments);
        payload = new bytes(4096);
        assembly ("memory-safe") {
            mcopy(add(payload, 0x20), place, 0x1000)
        }
    }

    /// @notice {SwarmProof-rootAbove}.
    function rootAbove(bytes calldata proof, bytes32 leaf, uint256 index, uint256 length)
        external
        pure
        returns (bytes32 root, uint256 end)
    {
        return SwarmProof.rootAbove(proof, 0, leaf, index, length);
    }

    /// @notice {SwarmProof-read}.
    function read(bytes32 root, uint64 length, uint256 from, uint256 to, bytes calldata proof)
        external
        pure
        returns (bytes memory data)
    {
        return SwarmProof.read(root, length, from, to, proof);
    }

    function testFuzz_anySegmentsOfAnyChunkGiveItsAddress(uint256 seed, uint64 span, uint256 size, uint128 picked)
        public
        view
    {
        bytes memory payload = bytesOf(seed, between(size, 1, 4096));
        uint256 count = (payload.length + 31) / 32;
        uint256 segments = picked & ((1 << count) - 1);
        if (segments == 0) segments = 1 << (count - 1);
        bytes memory proof = NaiveChunk.proofOf(payload, segments);
        (bytes32 chunk, uint256 end, bytes memory given) = this.chunkAt(proof, span, payload.length, segments);
        same("address", chunk, NaiveChunk.addressOf(span, payload));
        same("end", bytes32(end), bytes32(proof.length));
        for (uint256 i = 0; i < payload.length; ++i) {
            if (segments >> (i / 32) & 1 == 1) same("payload", given[i], payload[i]);
        }
    }

    function test_eachSegmentGoesToItsPlace() public view {
        bytes memory payload = bytesOf(1, 4096);
        bytes32[] memory nodes = NaiveChunk.treeOf(payload);
        bytes32 wanted = NaiveChunk.addressOf(4096, payload);
        for (uint256 i = 0; i < 128; ++i) {
            bytes memory proof = bytes.concat(nodes[128 + i], NaiveChunk.siblingsOf(nodes, 1 << i, 128));
            (bytes32 chunk,, bytes memory given) = this.chunkAt(proof, 4096, 4096, 1 << i);
            same("address", chunk, wanted);
            bytes32 segment;
            assembly ("memory-safe") {
                segment := mload(add(add(given, 0x20), mul(32, i)))
            }
            same("segment", segment, nodes[128 + i]);
        }
    }

    function testFuzz_anyChildOfAnInnerChunkGivesTheRoot(uint256 seed, uint256 leaves, uint256 picked, uint256 rest)
        public
        view
    {
        uint256 count = between(leaves, 2, 128);
        uint256 index = between(picked, 0, count - 1);
        uint256 length = (count - 1) * 4096 + between(rest, 1, 4096);
        bytes memory payload = bytesOf(seed, 32 * count);
        bytes32[] memory nodes = NaiveChunk.treeOf(payload);
        bytes memory proof = NaiveChunk.siblingsOf(nodes, 1 << index, count);
        (bytes32 root, uint256 end) = this.rootAbove(proof, nodes[128 + index], index, length);
        same("root", root, NaiveChunk.addressOf(uint64(length), payload));
        same("end", bytes32(end), bytes32(proof.length));
    }

    function testFuzz_anyBytesOfAFileAreRead(uint256 seed, uint256 size, uint256 a, uint256 b) public view {
        bytes memory file = bytesOf(seed, between(size, 4097, 12_288));
        uint256 from = between(a, 0, file.length - 1);
        uint256 to = between(b, from + 1, file.length);
        (bytes32 root, bytes memory proof) = fileProofOf(file, from, to);
        bytes memory data = this.read(root, uint64(file.length), from, to, proof);
        same("data", keccak256(data), keccak256(slice(file, from, to)));
    }

    function testFuzz_segmentsOfARangeAreThoseItTouches(uint256 a, uint256 b) public pure {
        uint256 from = between(a, 0, 4095);
        uint256 to = between(b, from + 1, 4096);
        uint256 touched = 0;
        for (uint256 i = from; i < to; ++i) {
            touched |= 1 << (i / 32);
        }
        same("segments", bytes32(SwarmProof.segmentsOf(from, to)), bytes32(touched));
    }

    /// @dev The root of a file of two or three leaves, and the proof of a range of it.
    function fileProofOf(bytes memory file, uint256 from, uint256 to)
        private
        pure
        returns (bytes32 root, bytes memory proof)
    {
        bytes memory references;
        for (uint256 start = 0; start < file.length; start += 4096) {
            bytes memory leaf = slice(file, start, min(start + 4096, file.length));
            references = bytes.concat(references, NaiveChunk.addressOf(uint64(leaf.length), leaf));
        }
        for (uint256 i = from / 4096; i * 4096 < to; ++i) {
            bytes memory leaf = slice(file, i * 4096, min((i + 1) * 4096, file.length));
            uint256 first = from > i * 4096 ? from - i * 4096 : 0;
            uint256 last = min(to - i * 4096, leaf.length) - 1;
            uint256 segments = 0;
            for (uint256 segment = first / 32; segment <= last / 32; ++segment) {
                segments |= 1 << segment;
            }
            bytes memory siblings =
                NaiveChunk.siblingsOf(NaiveChunk.treeOf(references), 1 << i, references.length / 32);
            proof = bytes.concat(proof, NaiveChunk.proofOf(leaf, segments), siblings);
        }
        root = NaiveChunk.addressOf(uint64(file.length), references);
    }

    function slice(bytes memory data, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        assembly ("memory-safe") {
            mcopy(add(part, 0x20), add(add(data, 0x20), from), sub(to, from))
        }
    }

    /// @dev keccak256(seed, 0) ‖ keccak256(seed, 1) ‖ … cut at `length` bytes.
    function bytesOf(uint256 seed, uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            if (i % 32 == 0) {
                bytes32 block32 = keccak256(abi.encode(seed, i));
                for (uint256 k = 0; k < 32 && i + k < length; ++k) {
                    data[i + k] = block32[k];
                }
            }
        }
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
