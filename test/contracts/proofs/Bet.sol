// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogVerifier} from "../../../contracts/interfaces/IRemoteLogVerifier.sol";

/// @notice A bet on what a judge will write in their log, as an entry that does not exist yet.
contract Bet {
    IRemoteLogVerifier private immutable VERIFIER;
    address private immutable JUDGE;
    bytes32 private immutable TOPIC;
    uint64 private immutable SEQ;

    /// @notice Whether the judge wrote "yes".
    bool public isYes;
    /// @notice Whether the bet is settled; `isYes` says nothing before.
    bool public isSettled;

    error AlreadySettled();
    error NoAnswer(bytes written);

    constructor(IRemoteLogVerifier verifier, address judge, bytes32 topic, uint64 seq) {
        (VERIFIER, JUDGE, TOPIC, SEQ) = (verifier, judge, topic, seq);
    }

    /// @notice Settles the bet. Anybody may bring the proof, once the entry is published.
    function settle(bytes calldata proof) external {
        if (isSettled) revert AlreadySettled();
        bytes memory written = VERIFIER.entryOf(JUDGE, TOPIC, SEQ, proof).data;
        bytes32 answer = keccak256(written);
        isYes = answer == keccak256("yes");
        if (!isYes && answer != keccak256("no")) revert NoAnswer(written);
        isSettled = true;
    }
}
