// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IRemoteLogRegistry} from "../../../contracts/interfaces/IRemoteLogRegistry.sol";
import {IRemoteLogHeads} from "../../../contracts/interfaces/IRemoteLogHeads.sol";

/// @notice A wallet that answers in the way that it was made for.
contract MaliciousWallet {
    enum Way {
        SaysYesToAll,
        SaysNo,
        Reverts,
        RevertsWithTheMagicValue,
        BurnsAllGas,
        AnswersWithoutEnd,
        RevertsWithoutEnd,
        AnswersNothing,
        AnswersFourBytes,
        AnswersTheMagicValueAndGarbage,
        AnswersOne,
        MovesItsHeadWhileAsked,
        SubmitsAgainWhileAsked
    }

    Way private immutable _way;
    IRemoteLogRegistry private immutable _registry;

    constructor(Way way, IRemoteLogRegistry registry) {
        _way = way;
        _registry = registry;
    }

    /// @notice As ERC-1271's, and nothing like it.
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        bytes4 magic = IERC1271.isValidSignature.selector;
        if (_way == Way.SaysYesToAll) return magic;
        if (_way == Way.SaysNo) return 0xffffffff;
        if (_way == Way.Reverts) revert();
        if (_way == Way.RevertsWithTheMagicValue) end(bytes32(magic), 32, true);
        if (_way == Way.BurnsAllGas) for (uint256 i = 0;; ++i) {}
        // The most that the gas allows to write and hand back.
        if (_way == Way.AnswersWithoutEnd) end(bytes32(magic) | bytes32(uint256(1)), 300_000, false);
        if (_way == Way.RevertsWithoutEnd) end(bytes32(magic), 300_000, true);
        if (_way == Way.AnswersNothing) end(bytes32(magic), 0, false);
        if (_way == Way.AnswersFourBytes) end(bytes32(magic), 4, false);
        if (_way == Way.AnswersTheMagicValueAndGarbage) end(bytes32(magic) | bytes32(uint256(1)), 32, false);
        if (_way == Way.AnswersOne) end(bytes32(uint256(1)), 32, false);
        if (_way == Way.MovesItsHeadWhileAsked) _registry.publish(0, 0, bytes32(uint256(1)));
        if (_way == Way.SubmitsAgainWhileAsked) {
            _registry.publishSigned(new IRemoteLogHeads.SignedByKey[](0));
            _registry.publishSignedByWallets(new IRemoteLogHeads.SignedByWallet[](1));
        }
        return magic;
    }

    /// @notice Moves the wallet's own head, as any owner may.
    function publish(bytes32 topic, bytes32 expected, bytes32 next) external {
        _registry.publish(topic, expected, next);
    }

    function end(bytes32 word, uint256 length, bool failing) private pure {
        assembly ("memory-safe") {
            mstore(0, word)
            if failing { revert(0, length) }
            return(0, length)
        }
    }
}
