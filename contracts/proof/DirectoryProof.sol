// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRemoteLogVerifier} from "../interfaces/IRemoteLogVerifier.sol";
import {PageReader} from "./PageReader.sol";
import {SwarmProof} from "../SwarmProof.sol";

/// @title Proofs of a search in the directory (docs/spec.md sections 5 and 11)
/// @notice A node lists up to 85 records in order. The search for a seq halves each node's records as the client does,
/// and all records that it looks at are proven: its outcome is a function of the root, whatever the owner wrote.
library DirectoryProof {
    /// @dev Records in a node at most.
    uint256 private constant _BRANCHES = 85;
    /// @dev Bytes of a record: reference 32, first seq 8, time 8 (both big endian).
    uint256 private constant _RECORD_BYTES = 48;
    /// @dev Offset of first seq and time in a record.
    uint256 private constant _NUMBERS_OFFSET = 32;
    /// @dev Levels of the directory of 2^32-1 pages.
    uint256 private constant _MAX_LEVELS = 5;

    /// @param pages Number of sealed pages.
    /// @param index Index of the page that the search should lead to.
    /// @param seq What is looked for.
    /// @param level The level that the search is in.
    /// @param firstSeq First seq and time (in milliseconds) of the last record known not to be behind `seq`.
    /// @param time See `firstSeq`.
    /// @param nextSeq First seq and time of the first record known to be behind `seq`.
    /// @param nextTime See `nextSeq`.
    struct Search {
        uint256 pages;
        uint256 index;
        uint64 seq;
        uint256 level;
        uint256 firstSeq;
        uint256 time;
        uint256 nextSeq;
        uint256 nextTime;
    }

    /// @dev Checks that the search for `seq` leads to page `index`, and that this is `page`. The proof has for each
    /// level, from 0 to the root, what {SwarmProof-chunkAt} takes of the segments that {_segmentsOf} gives.
    /// @return found The search at its end; first seq and time are those of the page's record.
    /// @return end Where the proof goes on.
    function search(
        bytes calldata proof,
        uint256 offset,
        bytes32 root,
        uint256 pages,
        uint256 index,
        bytes32 page,
        uint64 seq
    ) internal pure returns (Search memory found, uint256 end) {
        bytes32[_MAX_LEVELS + 1] memory references;
        uint256[_MAX_LEVELS] memory payloads;
        references[0] = page;
        end = offset;
        uint256 levels = 0;
        uint256 records = pages;
        for (uint256 position = index; levels == 0 || records > 1; ++levels) {
            uint256 length = _countOf(records, position) * _RECORD_BYTES;
            uint256 segments = _segmentsOf(position % _BRANCHES, length / _RECORD_BYTES);
            (references[levels + 1], end, payloads[levels]) = SwarmProof.chunkAt(proof, end, length, length, segments);
            records = (records + _BRANCHES - 1) / _BRANCHES;
            position /= _BRANCHES;
        }
        if (references[levels] != root) revert IRemoteLogVerifier.WrongDirectory(root, references[levels]);

        found = Search(pages, index, seq, levels, 0, 0, PageReader.MAX_NUMBER + 1, PageReader.MAX_NUMBER);
        while (found.level > 0) {
            --found.level;
            _searchNode(found, payloads[found.level], references[found.level]);
        }
    }

    /// @dev Searches the node of the search's level, which lies in memory at `payload` and is authentic. Where it leads
    /// is authentic then.
    function _searchNode(Search memory found, uint256 payload, bytes32 child) private pure {
        uint256 unit = _BRANCHES ** found.level;
        uint256 position = found.index / unit;
        uint256 chosen = position % _BRANCHES;
        uint256 low = 0;
        uint256 high = _countOf((found.pages + unit - 1) / unit, position);
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            (uint256 firstSeq, uint256 time) = _numbersOf(payload, middle);
            bool isBehind = middle > chosen;
            if (isBehind != (firstSeq > found.seq)) {
                revert IRemoteLogVerifier.WrongPage(found.seq, found.index, found.level, uint64(firstSeq));
            }
            if (isBehind) {
                if (firstSeq >= found.nextSeq || time > found.nextTime) _lies(found, firstSeq);
                (high, found.nextSeq, found.nextTime) = (middle, firstSeq, time);
            } else {
                if (firstSeq <= found.firstSeq || time < found.time) _lies(found, firstSeq);
                (low, found.firstSeq, found.time) = (middle, firstSeq, time);
            }
        }
        if (found.time > found.nextTime) _lies(found, found.nextSeq);
        // A node begins as the record above it says, the root with 0 and 0.
        (uint256 chosenSeq, uint256 chosenTime) = _numbersOf(payload, chosen);
        if (chosenSeq != found.firstSeq || chosenTime != found.time) _lies(found, chosenSeq);
        bytes32 recorded;
        assembly ("memory-safe") {
            recorded := mload(add(payload, mul(chosen, _RECORD_BYTES)))
        }
        if (recorded != child) _lies(found, chosenSeq);
    }

    /// @dev The segments with the chosen record and with the numbers of those that halving looks at.
    function _segmentsOf(uint256 chosen, uint256 count) private pure returns (uint256 segments) {
        segments = SwarmProof.segmentsOf(chosen * _RECORD_BYTES, (chosen + 1) * _RECORD_BYTES);
        uint256 low = 0;
        uint256 high = count;
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            segments |= 1 << ((middle * _RECORD_BYTES + _NUMBERS_OFFSET) >> 5);
            if (middle > chosen) high = middle;
            else low = middle;
        }
    }

    /// @dev How many records the node has that holds the record at this position of its level.
    function _countOf(uint256 records, uint256 position) private pure returns (uint256 count) {
        uint256 rest = records - position / _BRANCHES * _BRANCHES;
        return rest < _BRANCHES ? rest : _BRANCHES;
    }

    /// @dev First seq and time of a record; they lie in one segment.
    function _numbersOf(uint256 payload, uint256 record) private pure returns (uint256 firstSeq, uint256 time) {
        uint256 both;
        assembly ("memory-safe") {
            both := shr(128, mload(add(payload, add(mul(record, _RECORD_BYTES), _NUMBERS_OFFSET))))
        }
        return (both >> 64, both & type(uint64).max);
    }

    /// @dev Reports a record that lies; never returns.
    function _lies(Search memory found, uint256 firstSeq) private pure {
        revert IRemoteLogVerifier.DirectoryLies(found.index, found.level, uint64(firstSeq));
    }
}
