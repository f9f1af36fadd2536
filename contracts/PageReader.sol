// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRemoteLogVerifier} from "./interfaces/IRemoteLogVerifier.sol";
import {SwarmProof} from "./SwarmProof.sol";

/// @title Reads a page of which some segments are proven
/// @notice Goes through the bytes from first to last and keeps account of the segments that it reads: those and no
/// others must be proven, so that for each entry there is one proof only.
library PageReader {
    /// @dev The largest seq and timestamp, 2^53-1.
    uint256 internal constant MAX_NUMBER = (1 << 53) - 1;
    /// @dev A varint of 64 bits has at most 10 bytes, the last of them 0 or 1.
    uint256 private constant _LAST_VARINT_SHIFT = 63;

    /// @param page Reference of the page.
    /// @param payload Where its bytes lie in memory.
    /// @param proven Segments that are proven: bit i is segment i.
    /// @param read Segments that were read.
    /// @param offset Offset of the next byte.
    /// @param end Offset behind the last byte that may be read.
    struct Reader {
        bytes32 page;
        uint256 payload;
        uint256 proven;
        uint256 read;
        uint256 offset;
        uint256 end;
    }

    /// @dev The next `count` bytes as a number, the first byte the highest; 1 to 32.
    function take(Reader memory reader, uint256 count) internal pure returns (uint256 value) {
        value = peek(reader, count);
        reader.offset += count;
    }

    /// @dev As {take}, without moving on.
    function peek(Reader memory reader, uint256 count) internal pure returns (uint256 value) {
        uint256 offset = reader.offset;
        if (offset + count > reader.end) revert IRemoteLogVerifier.MalformedPage(reader.page, IRemoteLogVerifier.PageRule.Canonical, offset);
        mark(reader, offset, count);
        uint256 payload = reader.payload;
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, count)), mload(add(payload, offset)))
        }
    }

    /// @dev Reads what can only be `wanted`.
    function expect(Reader memory reader, uint256 count, uint256 wanted) internal pure {
        if (take(reader, count) != wanted) malformed(reader, IRemoteLogVerifier.PageRule.Canonical);
    }

    /// @dev Moves on without reading.
    function skip(Reader memory reader, uint256 count) internal pure {
        reader.offset += count;
    }

    /// @dev A minimal varint of at most 64 bits.
    function varint(Reader memory reader) internal pure returns (uint256 value) {
        value = take(reader, 1);
        if (value < 0x80) return value;
        value &= 0x7f;
        for (uint256 shift = 7;; shift += 7) {
            uint256 next = take(reader, 1);
            value |= (next & 0x7f) << shift;
            if (next == 0 || (shift == _LAST_VARINT_SHIFT && next > 1)) {
                malformed(reader, IRemoteLogVerifier.PageRule.Canonical);
            }
            if (next < 0x80) return value;
        }
    }

    /// @dev A seq or timestamp of 8 bytes, little endian.
    function number(Reader memory reader) internal pure returns (uint256 value) {
        value = SwarmProof.littleEndian64(take(reader, 8));
        if (value > MAX_NUMBER) malformed(reader, IRemoteLogVerifier.PageRule.Range);
    }

    /// @dev A copy of bytes that lie before the reader's position.
    function copy(Reader memory reader, uint256 from, uint256 count) internal pure returns (bytes memory data) {
        data = new bytes(count);
        if (count == 0) return data;
        mark(reader, from, count);
        uint256 payload = reader.payload;
        assembly ("memory-safe") {
            mcopy(add(data, 0x20), add(payload, from), count)
        }
    }

    /// @dev 32 bytes that lie before the reader's position.
    function word(Reader memory reader, uint256 from) internal pure returns (bytes32 value) {
        mark(reader, from, 32);
        uint256 payload = reader.payload;
        assembly ("memory-safe") {
            value := mload(add(payload, from))
        }
    }

    /// @dev Says that bytes are read; they must be proven.
    function mark(Reader memory reader, uint256 from, uint256 count) internal pure {
        uint256 segments = SwarmProof.segmentsOf(from, from + count);
        uint256 missing = segments & ~reader.proven;
        if (missing != 0) revert IRemoteLogVerifier.SegmentsMissing(reader.page, missing);
        reader.read |= segments;
    }

    /// @dev Says that nothing more is read.
    function finish(Reader memory reader) internal pure {
        uint256 superfluous = reader.proven & ~reader.read;
        if (superfluous != 0) revert IRemoteLogVerifier.SegmentsNotRead(reader.page, superfluous);
    }

    /// @dev Reports a broken rule; never returns.
    function malformed(Reader memory reader, IRemoteLogVerifier.PageRule rule) internal pure {
        revert IRemoteLogVerifier.MalformedPage(reader.page, rule, reader.offset);
    }
}
