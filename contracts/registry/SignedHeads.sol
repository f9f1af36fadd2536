// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IRemoteLogHeads} from "../interfaces/IRemoteLogHeads.sol";
import {Heads} from "./Heads.sol";

/// @title Batches of signed heads
/// @notice See {IRemoteLogHeads}.
abstract contract SignedHeads is Heads {
    /// @dev Gas units that asking costs beside what the wallet gets: the call itself (2,600 for a cold account) and
    /// what is left of the item after it (a new slot 22,100, the event 1,756), rounded up.
    uint256 private constant _ITEM_GAS = 40_000;

    bytes32 private constant _SIGNED_HEAD_TYPEHASH =
        keccak256("SignedHead(address owner,bytes32 topic,bytes32 expected,bytes32 next,uint64 deadline)");

    /// @dev Half the order of secp256k1's group (SEC 2, section 2.4.1), rounded down: the highest s that is taken (EIP-2).
    uint256 private constant _HALF_ORDER =
        uint256(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141) / 2;

    /// @dev All bits but the highest, which is the parity (EIP-2098).
    bytes32 private constant _S_MASK = bytes32(type(uint256).max >> 1);

    /// @inheritdoc IRemoteLogHeads
    function publishSigned(SignedByKey[] calldata items) external returns (bytes memory outcomes) {
        bytes32 domain = _domainSeparatorV4();
        outcomes = new bytes(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            SignedByKey calldata item = items[i];
            SignedHead calldata statement = item.statement;
            (address owner, Head storage head) = _open(statement);
            Refusal reason = _refusalOf(statement, head.value);
            if (reason == Refusal.None) {
                if (_isSignedByKey(owner, domain, statement, item.r, item.vs)) {
                    _move(head, owner, statement);
                    continue;
                }
                reason = Refusal.BadSignature;
            }
            outcomes[i] = _refuse(i, head, owner, statement.topic, reason);
        }
    }

    /// @inheritdoc IRemoteLogHeads
    function publishSignedByWallets(SignedByWallet[] calldata items) external returns (bytes memory outcomes) {
        bytes32 domain = _domainSeparatorV4();
        outcomes = new bytes(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            SignedByWallet calldata item = items[i];
            SignedHead calldata statement = item.statement;
            (address owner, Head storage head) = _open(statement);
            Refusal reason = _refusalOf(statement, head.value);
            if (reason == Refusal.None) {
                if (_isSignedByWallet(i, owner, _digestOf(domain, statement), item)) {
                    _move(head, owner, statement);
                    continue;
                }
                reason = Refusal.BadSignature;
            }
            outcomes[i] = _refuse(i, head, owner, statement.topic, reason);
        }
    }

    /// @dev Carries a statement out.
    function _move(Head storage head, address owner, SignedHead calldata statement) internal {
        head.value = statement.next;
        emit HeadMoved(owner, statement.topic, statement.next);
    }

    /// @dev Reports why a statement is not carried out.
    function _refuse(uint256 index, Head storage head, address owner, bytes32 topic, Refusal reason)
        internal
        returns (bytes1 outcome)
    {
        emit SignedHeadRefused(owner, topic, index, reason, head.value);
        return bytes1(uint8(reason));
    }

    /// @dev Everything that can be wrong with a statement but its signature.
    function _refusalOf(SignedHead calldata statement, bytes32 current) internal view returns (Refusal reason) {
        if (statement.next == 0) return Refusal.ZeroHead;
        if (statement.next == statement.expected) return Refusal.UnchangedHead;
        uint256 deadline = statement.deadline;
        if (deadline < block.timestamp) return Refusal.Expired;
        if (deadline - block.timestamp > MAX_LEAD) return Refusal.DeadlineTooFar;
        if (statement.expected != current) return Refusal.StaleHead;
        return Refusal.None;
    }

    /// @dev Whether the owner, a wallet, answers with ERC-1271's magic value.
    function _isSignedByWallet(uint256 index, address owner, bytes32 digest, SignedByWallet calldata item)
        private
        view
        returns (bool signed)
    {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, item.signature));
        // A call passes on 63/64 of what is left at most (EIP-150).
        uint256 needed = (WALLET_GAS * 64) / 63 + _ITEM_GAS;
        if (gasleft() < needed) revert NotEnoughGas(index, needed, gasleft());
        return _confirms(owner, question);
    }

    /// @dev What is signed (EIP-712). In calldata a statement lies as the standard encodes it, word by word, so it is
    /// copied whole; unused bits of `owner` and `deadline` are zero, else reading them had reverted before.
    function _digestOf(bytes32 domain, SignedHead calldata statement) internal pure returns (bytes32 digest) {
        bytes32 typeHash = _SIGNED_HEAD_TYPEHASH;
        bytes32 statementHash;
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, typeHash)
            calldatacopy(add(encoded, 0x20), statement, 0xa0)
            statementHash := keccak256(encoded, 0xc0)
        }
        return MessageHashUtils.toTypedDataHash(domain, statementHash);
    }

    /// @dev Whether the account's key signed a statement, in the one form that is accepted. Written out, down to the
    /// precompile ECRECOVER at 0x1: a library's way to say why not costs 70 gas units a head, and the compiler's
    /// `ecrecover`, used more than once, 60. For a signature of nobody the precompile returns nothing, and the zero that
    /// was written before stays.
    function _isSignedByKey(address account, bytes32 domain, SignedHead calldata statement, bytes32 r, bytes32 vs)
        internal
        view
        returns (bool signed)
    {
        bytes32 digest = _digestOf(domain, statement);
        bytes32 s = vs & _S_MASK;
        address signer;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, digest)
            mstore(add(input, 0x20), add(shr(255, vs), 27))
            mstore(add(input, 0x40), r)
            mstore(add(input, 0x60), s)
            mstore(0x00, 0)
            pop(staticcall(gas(), 0x01, input, 0x80, 0x00, 0x20))
            signer := mload(0x00)
        }
        return signer == account && signer != address(0) && uint256(s) <= _HALF_ORDER;
    }
}
