// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRemoteLogVerifier} from "../interfaces/IRemoteLogVerifier.sol";
import {SwarmProof} from "../SwarmProof.sol";

/// @title Reads a page of which some segments are proven
/// @notice Goes through the bytes from first to last and keeps account of the segments that it reads: those and no
/// others must be proven, so that for each entry there is one proof only.
///
/// Bytes are read in runs. At the end of each run it is checked that its segments are proven; until then what was read
/// of it decides nothing. Whatever ends the reading ends the run first.
library PageReader {
    /// @dev The largest seq and timestamp, 2^53-1.
    uint256 internal constant MAX_NUMBER = (1 << 53) - 1;
    /// @dev A varint of 64 bits has at most 10 bytes, the last of them 0 or 1: 9 x 7 bits come before that.
    uint256 private constant _LAST_VARINT_SHIFT = 63;

    /// @param page Reference of the page.
    /// @param payload Where its bytes lie in memory.
    /// @param proven Segments that are proven: bit i is segment i.
    /// @param read Segments that were read in the runs that have ended.
    /// @param run Offset at which the present run starts.
    /// @param offset Offset of the next byte.
    /// @param end Offset behind the last byte that may be read.
    struct Reader {
        bytes32 page;
        uint256 payload;
        uint256 proven;
        uint256 read;
        uint256 run;
        uint256 offset;
        uint256 end;
    }

    /// @dev The next byte. That it is not behind the end must be checked afterwards.
    function next(Reader memory reader) internal pure returns (uint256 value) {
        unchecked {
            uint256 offset = reader.offset;
            uint256 payload = reader.payload;
            assembly ("memory-safe") {
                value := byte(0, mload(add(payload, offset)))
            }
            reader.offset = offset + 1;
        }
    }

    /// @dev The next `count` bytes as a number, the first byte the highest; 1 to 32.
    function take(Reader memory reader, uint256 count) internal pure returns (uint256 value) {
        unchecked {
            uint256 offset = reader.offset;
            if (offset + count > reader.end) malformed(reader, IRemoteLogVerifier.PageRule.Canonical);
            reader.offset = offset + count;
            uint256 payload = reader.payload;
            assembly ("memory-safe") {
                value := shr(sub(256, shl(3, count)), mload(add(payload, offset)))
            }
        }
    }

    /// @dev Whether the next byte is this one. It is read, and not moved past.
    function isNext(Reader memory reader, uint256 wanted) internal pure returns (bool isThere) {
        uint256 offset = reader.offset;
        if (offset == reader.end) return false;
        isThere = take(reader, 1) == wanted;
        reader.offset = offset;
    }

    /// @dev Reads what can only be `wanted`.
    function expect(Reader memory reader, uint256 count, uint256 wanted) internal pure {
        if (take(reader, count) != wanted) malformed(reader, IRemoteLogVerifier.PageRule.Canonical);
    }

    /// @dev Moves on without reading.
    function skip(Reader memory reader, uint256 count) internal pure {
        unchecked {
            uint256 offset = reader.offset + count;
            if (offset > reader.end) malformed(reader, IRemoteLogVerifier.PageRule.Canonical);
            endRun(reader);
            reader.offset = offset;
            reader.run = offset;
        }
    }

    /// @dev A minimal varint of at most 64 bits. That it does not go on behind the end must be checked afterwards.
    function varint(Reader memory reader) internal pure returns (uint256 value) {
        unchecked {
            uint256 offset = reader.offset;
            uint256 payload = reader.payload;
            uint256 rest;
            assembly ("memory-safe") {
                rest := mload(add(payload, offset))
            }
            uint256 last = rest >> 248;
            value = last & 0x7f;
            for (uint256 shift = 7; last >= 0x80; shift += 7) {
                rest <<= 8;
                last = rest >> 248;
                ++offset;
                if (last == 0 || (shift == _LAST_VARINT_SHIFT && last > 1)) {
                    malformed(reader, IRemoteLogVerifier.PageRule.Canonical);
                }
                value |= (last & 0x7f) << shift;
            }
            reader.offset = offset + 1;
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
        _demand(reader, from, from + count);
        uint256 payload = reader.payload;
        assembly ("memory-safe") {
            mcopy(add(data, 0x20), add(payload, from), count)
        }
    }

    /// @dev 32 bytes that lie before the reader's position.
    function word(Reader memory reader, uint256 from) internal pure returns (bytes32 value) {
        _demand(reader, from, from + 32);
        uint256 payload = reader.payload;
        assembly ("memory-safe") {
            value := mload(add(payload, from))
        }
    }

    /// @dev Ends a run: what was read of it counts from now on.
    function endRun(Reader memory reader) internal pure {
        uint256 run = reader.run;
        uint256 offset = reader.offset;
        if (run < offset) _demand(reader, run, offset);
        reader.run = offset;
    }

    /// @dev Ends the reading: nothing may be proven that was not read.
    function finish(Reader memory reader) internal pure {
        endRun(reader);
        uint256 superfluous = reader.proven & ~reader.read;
        if (superfluous != 0) revert IRemoteLogVerifier.SegmentsNotRead(reader.page, superfluous);
    }

    /// @dev Ends the reading with a broken rule; never returns. What was read behind the end does not count.
    function malformed(Reader memory reader, IRemoteLogVerifier.PageRule rule) internal pure {
        if (reader.offset > reader.end) reader.offset = reader.end;
        endRun(reader);
        revert IRemoteLogVerifier.MalformedPage(reader.page, rule, reader.offset);
    }

    /// @dev Says that the bytes `from` to `to` are read; they must be proven.
    function _demand(Reader memory reader, uint256 from, uint256 to) private pure {
        uint256 segments = SwarmProof.segmentsOf(from, to);
        uint256 missing = segments & ~reader.proven;
        if (missing != 0) revert IRemoteLogVerifier.SegmentsMissing(reader.page, missing);
        reader.read |= segments;
    }
}
