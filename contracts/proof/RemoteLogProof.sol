// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DirectoryProof} from "./DirectoryProof.sol";
import {IRemoteLogVerifier} from "../interfaces/IRemoteLogVerifier.sol";
import {PageParser} from "./PageParser.sol";
import {PageReader} from "./PageReader.sol";
import {SwarmProof} from "../SwarmProof.sol";

/// @title Proofs of entries (docs/spec.md section 11)
/// @notice What is hashed is hashed before it is parsed: where a page or the directory is said to be wrong, it is the
/// one under that head.
library RemoteLogProof {
    using PageParser for PageReader.Reader;
    using PageReader for PageReader.Reader;

    /// @notice See {IRemoteLogVerifier-entryAt}.
    function entryAt(bytes32 head, bytes32 log, uint64 seq, bytes calldata proof)
        internal
        pure
        returns (IRemoteLogVerifier.Entry memory entry)
    {
        if (seq > PageReader.MAX_NUMBER) revert IRemoteLogVerifier.NoSuchEntry(seq, uint64(PageReader.MAX_NUMBER + 1));
        (PageReader.Reader memory page, uint256 offset) = _openHead(proof, head);
        PageParser.Header memory header = page.readHeadHeader(log);
        if (seq >= header.firstSeq) {
            SwarmProof.demandEnd(proof, offset);
        } else {
            page.finish();
            (page, header) = _openSealed(proof, offset, header, log, seq);
        }
        entry = page.readEntry(header, seq);
        page.finish();
    }

    /// @dev Bytes of the page (2), which segments are given (16), segments and siblings.
    function _openHead(bytes calldata proof, bytes32 head)
        private
        pure
        returns (PageReader.Reader memory page, uint256 offset)
    {
        uint256 span;
        (span, offset) = _number(proof, 0, 2);
        if (span > SwarmProof.CHUNK_BYTES) revert IRemoteLogVerifier.SpanTooLong(span);
        (page, offset) = _openPage(proof, offset, span);
        if (page.page != head) revert IRemoteLogVerifier.WrongHead(head, page.page);
    }

    /// @dev Index of the page (4), which segments are given (16), segments and siblings; then the way up in the
    /// history and in the directory.
    function _openSealed(
        bytes calldata proof,
        uint256 offset,
        PageParser.Header memory head,
        bytes32 log,
        uint64 seq
    ) private pure returns (PageReader.Reader memory page, PageParser.Header memory header) {
        uint256 index;
        (index, offset) = _number(proof, offset, 4);
        if (index >= head.sealedPages) revert IRemoteLogVerifier.PageOutOfLog(index, head.sealedPages);
        (page, offset) = _openPage(proof, offset, SwarmProof.CHUNK_BYTES);
        bytes32 root;
        (root, offset) = SwarmProof.rootAbove(proof, offset, page.page, index, head.sealedPages * SwarmProof.CHUNK_BYTES);
        if (root != head.history) revert IRemoteLogVerifier.WrongHistory(head.history, root);
        DirectoryProof.Search memory found;
        (found, offset) = DirectoryProof.search(proof, offset, head.directory, head.sealedPages, index, page.page, seq);
        SwarmProof.demandEnd(proof, offset);
        header = page.readSealedHeader(log, index);
        if (header.firstSeq != found.firstSeq || header.baseTimestamp != found.time) {
            revert IRemoteLogVerifier.DirectoryLies(index, 0, uint64(found.firstSeq));
        }
    }

    /// @dev A page of `span` bytes.
    function _openPage(bytes calldata proof, uint256 offset, uint256 span)
        private
        pure
        returns (PageReader.Reader memory page, uint256 end)
    {
        (page.proven, end) = _number(proof, offset, 16);
        (page.page, end, page.payload) = SwarmProof.chunkAt(proof, end, span, span, page.proven);
        page.end = span;
    }

    /// @dev A number of so many bytes, big endian.
    function _number(bytes calldata proof, uint256 offset, uint256 count)
        private
        pure
        returns (uint256 value, uint256 end)
    {
        end = offset + count;
        if (end > proof.length) revert SwarmProof.ProofTooShort(end, proof.length);
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, count)), calldataload(add(proof.offset, offset)))
        }
    }
}
