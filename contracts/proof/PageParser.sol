// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRemoteLogVerifier} from "../interfaces/IRemoteLogVerifier.sol";
import {PageReader} from "./PageReader.sol";
import {SwarmProof} from "../SwarmProof.sol";

/// @title Parses a page from its first byte up to an entry
/// @notice Accepts what the client accepts of these bytes and nothing else (docs/spec.md sections 2.1 to 2.3).
library PageParser {
    using PageReader for PageReader.Reader;

    /// @dev The largest payload by reference, in bytes.
    uint256 private constant _MAX_PAYLOAD_BYTES = 1 << 32;

    /// @param firstSeq seq of the page's first entry.
    /// @param baseTimestamp Running maximum of timestamps before it, in milliseconds.
    /// @param hasTail Whether the page names one before it.
    /// @param history Head page only: root of the history.
    /// @param directory Head page only: root of the directory.
    /// @param sealedPages Head page only: number of sealed pages.
    struct Header {
        uint256 firstSeq;
        uint256 baseTimestamp;
        bool hasTail;
        bytes32 history;
        bytes32 directory;
        uint256 sealedPages;
    }

    /// @dev Where the parts of a pair are in the page; no offset is 0 where a part is there.
    /// @param timestamp The entry's timestamp, in milliseconds.
    /// @param remoteHash Offset of H2, 0 where it is absent.
    /// @param localHash Offset of H1, 0 where it is absent.
    /// @param data Offset of the payload, 0 where it is absent.
    /// @param length Bytes of the payload.
    struct Pair {
        uint256 timestamp;
        uint256 remoteHash;
        uint256 localHash;
        uint256 data;
        uint256 length;
    }

    /// @dev Reads the header of a head page; the reader stands before the first pair then.
    function readHeadHeader(PageReader.Reader memory page, bytes32 log) internal pure returns (Header memory header) {
        _readIdentity(page, log, header);
        page.expect(3, 0x820120);
        header.history = bytes32(page.take(32));
        page.expect(2, 0x8d01);
        header.sealedPages = SwarmProof.littleEndian64(page.take(4)) >> 32;
        page.expect(3, 0x920120);
        header.directory = bytes32(page.take(32));
        bool none = header.sealedPages == 0;
        if (none != (header.history == 0) || none != (header.directory == 0)) {
            page.malformed(IRemoteLogVerifier.PageRule.Roots);
        }
        _readTail(page, header);
        _checkPlace(page, header, header.sealedPages);
    }

    /// @dev Reads the header of the sealed page with this index; the reader stands before the first pair then.
    function readSealedHeader(PageReader.Reader memory page, bytes32 log, uint256 index)
        internal
        pure
        returns (Header memory header)
    {
        _readIdentity(page, log, header);
        _readTail(page, header);
        _checkPlace(page, header, index);
    }

    /// @dev Goes from pair to pair to the entry, which is not before the page's first.
    function readEntry(PageReader.Reader memory page, Header memory header, uint64 seq)
        internal
        pure
        returns (IRemoteLogVerifier.Entry memory entry)
    {
        Pair memory pair;
        pair.timestamp = header.baseTimestamp;
        for (uint256 next = header.firstSeq;; ++next) {
            if (page.offset == page.end || page.next() != 0x0a) {
                page.endRun();
                revert IRemoteLogVerifier.NoSuchEntry(seq, uint64(next));
            }
            _readPair(page, pair);
            if (next == seq) break;
        }
        entry.timestamp = uint64(pair.timestamp);
        entry.payloadLength = uint64(pair.length);
        if (pair.remoteHash != 0) {
            entry.byReference = true;
            entry.remoteHash = page.word(pair.remoteHash);
            entry.id = page.word(pair.localHash);
            return entry;
        }
        entry.data = page.copy(pair.data, pair.length);
        entry.id = sha256(entry.data);
        if (pair.localHash != 0) {
            bytes32 id = page.word(pair.localHash);
            if (id == entry.id) page.malformed(IRemoteLogVerifier.PageRule.Content);
            entry.id = id;
        }
    }

    /// @dev Format, log, first seq, base timestamp and salt, which all pages have.
    function _readIdentity(PageReader.Reader memory page, bytes32 log, Header memory header) private pure {
        if (page.take(1) != 0x50) page.malformed(IRemoteLogVerifier.PageRule.Version);
        uint256 format = page.take(1);
        if (format & 0x0f != 1) page.malformed(IRemoteLogVerifier.PageRule.Version);
        if (format >= 0x80) page.malformed(IRemoteLogVerifier.PageRule.Canonical);
        if (format >> 4 != 0) page.malformed(IRemoteLogVerifier.PageRule.Encoding);
        page.expect(2, 0x5a20);
        bytes32 named = bytes32(page.take(32));
        if (named != log) {
            page.endRun();
            revert IRemoteLogVerifier.WrongLog(page.page, log, named);
        }
        page.expect(1, 0x61);
        header.firstSeq = page.number();
        page.expect(1, 0x69);
        header.baseTimestamp = page.number();
        page.expect(1, 0x71);
        page.take(8);
    }

    function _readTail(PageReader.Reader memory page, Header memory header) private pure {
        if (!page.isNext(0x12)) return;
        page.expect(2, 0x1220);
        page.skip(32);
        header.hasTail = true;
    }

    /// @dev What the page says of its place must agree with itself and with the number of pages before it.
    function _checkPlace(PageReader.Reader memory page, Header memory header, uint256 index) private pure {
        page.endRun();
        bool isFirst = !header.hasTail;
        if (isFirst != (index == 0)) page.malformed(IRemoteLogVerifier.PageRule.Tail);
        if (isFirst != (header.firstSeq == 0) || header.firstSeq < index) {
            page.malformed(IRemoteLogVerifier.PageRule.Seq);
        }
        if (isFirst && header.baseTimestamp != 0) page.malformed(IRemoteLogVerifier.PageRule.Base);
    }

    /// @dev Reads a pair field, the reader standing behind its tag. `pair` holds the pair before; of it the timestamp
    /// counts. That all bytes are within the pair is checked at its end: offsets only grow.
    function _readPair(PageReader.Reader memory page, Pair memory pair) private pure {
        unchecked {
            uint256 size = page.varint();
            uint256 end = page.offset + size;
            uint256 pageEnd = page.end;
            if (end > pageEnd) page.malformed(IRemoteLogVerifier.PageRule.Canonical);
            page.end = end;
            uint256 tag = page.next();
            (pair.remoteHash, tag) = tag == 0x0a ? _skipHash(page) : (0, tag);
            (pair.localHash, tag) = tag == 0x12 ? _skipHash(page) : (0, tag);
            pair.data = 0;
            if (tag == 0x1a) {
                pair.length = page.varint();
                pair.data = page.offset;
                page.skip(pair.length);
                tag = page.next();
            }
            if (tag != 0x50) page.malformed(IRemoteLogVerifier.PageRule.Canonical);
            uint256 delta = page.varint();
            bool isReference = pair.remoteHash != 0;
            uint256 length = 0;
            bool hasLength = page.offset < end;
            if (hasLength) {
                if (page.next() != 0x58) page.malformed(IRemoteLogVerifier.PageRule.Canonical);
                length = page.varint();
            }
            if (page.offset != end) page.malformed(IRemoteLogVerifier.PageRule.Canonical);
            page.end = pageEnd;

            _addDelta(page, pair, delta);
            if ((pair.data == 0) != isReference || hasLength != isReference) {
                page.malformed(IRemoteLogVerifier.PageRule.Content);
            }
            if (isReference) {
                if (pair.localHash == 0) page.malformed(IRemoteLogVerifier.PageRule.Content);
                if (length > _MAX_PAYLOAD_BYTES) page.malformed(IRemoteLogVerifier.PageRule.Range);
                pair.length = length;
            }
        }
    }

    /// @dev Behind the tag of a hash: its offset, and the tag behind it.
    function _skipHash(PageReader.Reader memory page) private pure returns (uint256 offset, uint256 tag) {
        if (page.next() != 0x20) page.malformed(IRemoteLogVerifier.PageRule.Canonical);
        offset = page.offset;
        page.skip(32);
        tag = page.next();
    }

    /// @dev Adds a zigzag number: 2m stands for m, 2m + 1 for -m - 1.
    function _addDelta(PageReader.Reader memory page, Pair memory pair, uint256 zigzag) private pure {
        unchecked {
            uint256 magnitude = zigzag >> 1;
            uint256 timestamp = pair.timestamp;
            timestamp = zigzag & 1 == 0 ? timestamp + magnitude : timestamp - magnitude - 1;
            // Less than zero is close to 2^256 here.
            if (timestamp > PageReader.MAX_NUMBER) page.malformed(IRemoteLogVerifier.PageRule.Range);
            pair.timestamp = timestamp;
        }
    }
}
