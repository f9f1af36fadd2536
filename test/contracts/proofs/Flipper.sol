// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogVerifier} from "../../../contracts/interfaces/IRemoteLogVerifier.sol";

/// @notice Asks the verifier about a proof again and again, each time with one other bit changed.
contract Flipper {
    /// @notice How many of the bits `from` to `to` can be changed without the proof being refused.
    function survivors(
        IRemoteLogVerifier verifier,
        bytes32 head,
        bytes32 log,
        uint64 seq,
        bytes memory proof,
        uint256 from,
        uint256 to
    ) external pure returns (uint256 count) {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        for (uint256 bit = from; bit < to; ++bit) {
            // Each call would else be encoded behind the last.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
            proof[bit >> 3] ^= bytes1(uint8(1 << (bit & 7)));
            try verifier.entryAt(head, log, seq, proof) {
                ++count;
            } catch {}
            proof[bit >> 3] ^= bytes1(uint8(1 << (bit & 7)));
        }
    }
}
