// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IRemoteLogHeads} from "../interfaces/IRemoteLogHeads.sol";
import {IRemoteLogStatements} from "../interfaces/IRemoteLogStatements.sol";

/// @title Who signed a statement, and whether it is in time
/// @notice See {IRemoteLogStatements}.
abstract contract Statements is IRemoteLogHeads, IRemoteLogStatements, EIP712 {
    /// @inheritdoc IRemoteLogHeads
    uint64 public constant MAX_LEAD = 30 days;

    /// @inheritdoc IRemoteLogHeads
    /// @dev A Safe with five owners needs about 40,000; a passkey checked in Solidity (P-256) about 330,000.
    uint256 public constant WALLET_GAS = 400_000;

    /// @dev How far a statement that takes may be ahead of the revision that stands, so that no revision can become one
    /// that can't be raised.
    uint64 private constant _MAX_SKIP = type(uint32).max;

    constructor() EIP712("RemoteLogRegistry", "1") {}

    /// @dev Reverts unless the owner vouches for a statement that has this hash (EIP-712's hashStruct) in time.
    function _demandSigned(address owner, bytes32 statementHash, uint64 deadline, bytes calldata signature)
        internal
        view
    {
        if (deadline < block.timestamp) revert StatementExpired(deadline, block.timestamp);
        if (deadline - block.timestamp > MAX_LEAD) revert StatementTooEarly(deadline, block.timestamp + MAX_LEAD);
        bytes32 digest = _hashTypedDataV4(statementHash);
        (address signer, ECDSA.RecoverError fault) = _recover(digest, signature);
        if (signer == owner && fault == ECDSA.RecoverError.NoError) return;
        if (owner.code.length == 0) {
            if (fault == ECDSA.RecoverError.InvalidSignatureLength) revert WrongSignatureLength(signature.length);
            if (fault == ECDSA.RecoverError.InvalidSignatureS) revert MalleableSignature(_sOf(signature));
            revert WrongSigner(owner, signer);
        }
        if (!_confirms(owner, abi.encodeCall(IERC1271.isValidSignature, (digest, signature)))) {
            revert WalletRefused(owner);
        }
    }

    /// @dev The revision after a change that a statement signed at `signed` makes.
    function _revisionAfter(uint64 current, uint64 signed, bool takes) internal pure returns (uint64 revision) {
        bool fits = takes ? signed >= current && signed - current <= _MAX_SKIP : signed == current;
        if (!fits) revert StaleRevision(signed, current);
        return signed + 1;
    }

    /// @dev Asks a wallet. A static call, so that it can move no head meanwhile; its gas is limited, and of its answer
    /// one word is read and no more copied, so that neither a burner of gas nor an endless answer takes the batch down.
    /// An account without code answers nothing, which is a no, and so is any word but the magic value padded by zeros.
    function _confirms(address wallet, bytes memory question) internal view returns (bool confirmed) {
        uint256 gasLimit = WALLET_GAS;
        bytes32 magic = IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            let answered := staticcall(gasLimit, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            confirmed := and(and(answered, gt(returndatasize(), 0x1f)), eq(mload(0x00), magic))
        }
    }

    /// @dev Whose key made a signature of the one form that is accepted (EIP-2098), and what is wrong with it.
    function _recover(bytes32 digest, bytes calldata signature)
        private
        pure
        returns (address signer, ECDSA.RecoverError fault)
    {
        if (signature.length != 64) return (address(0), ECDSA.RecoverError.InvalidSignatureLength);
        (signer, fault,) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
    }

    /// @dev The s of a signature of 64 bytes.
    function _sOf(bytes calldata signature) private pure returns (bytes32 s) {
        return bytes32(signature[32:]) & bytes32(type(uint256).max >> 1);
    }
}
