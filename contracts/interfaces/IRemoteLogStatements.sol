// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title What owners sign one by one
/// @notice The rules that signed changes of writers and of lanes share. Such a change is typed data (EIP-712) in the
/// registry's domain, submitted by anybody. It works whole or reverts with the reason.
///
/// Who vouches: the owner's key, by a signature of 64 bytes (EIP-2098: r, then s with the parity of y in the highest bit,
/// s in the lower half of the curve's order), or, where the owner has code and no such signature is given, the owner as a
/// wallet (ERC-1271), asked by a static call with a limited amount of gas.
///
/// Replay: each writer of a topic, and each lane of a list, has a revision, which every change raises.
/// - A statement that gives (authorizes a writer, adds a lane) works at exactly the revision that it names. So it works
///   once, and every change in between, above all a revocation, kills it for good.
/// - A statement that takes (revokes, removes) works at the revision that it names or any lower one, and raises it to
///   one above that. So an owner who has signed away revision n revokes with revision n + 1, and whichever of the two is
///   submitted first, the writer is out in the end.
interface IRemoteLogStatements {
    /// @notice Thrown when the deadline of a statement has passed.
    /// @param deadline The deadline: Unix time in seconds.
    /// @param time The block's Unix time in seconds.
    error StatementExpired(uint64 deadline, uint256 time);

    /// @notice Thrown when a statement is not valid yet: its deadline is too far ahead.
    /// @param deadline The deadline: Unix time in seconds.
    /// @param latest The latest deadline that is taken now: Unix time in seconds.
    error StatementTooEarly(uint64 deadline, uint256 latest);

    /// @notice Thrown when a statement is for another revision than the one that stands.
    /// @param signed The revision that the statement names.
    /// @param current The revision that stands.
    error StaleRevision(uint64 signed, uint64 current);

    /// @notice Thrown when a key's signature has another length than 64 bytes.
    /// @param length The number of bytes given.
    error WrongSignatureLength(uint256 length);

    /// @notice Thrown when the s of a key's signature is in the upper half of the curve's order (EIP-2).
    /// @param s The s given.
    error MalleableSignature(bytes32 s);

    /// @notice Thrown when another key than the owner's made a signature: for another statement, chain or registry.
    /// @param owner The account that should have signed.
    /// @param signer The account whose key made this signature of what is submitted; zero where none could have.
    error WrongSigner(address owner, address signer);

    /// @notice Thrown when a wallet did not confirm a statement.
    /// @param wallet The owner, which is a wallet.
    error WalletRefused(address wallet);
}
