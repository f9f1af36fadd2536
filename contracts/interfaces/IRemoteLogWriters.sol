// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogHeads} from "./IRemoteLogHeads.sol";
import {IRemoteLogStatements} from "./IRemoteLogStatements.sol";

/// @title Writers of logs
/// @notice An owner lets other accounts (phones, servers, session keys) move the heads of their logs: for one topic or for
/// {EVERY_TOPIC}, until an expiry, and takes it back at once. A writer moves a head by transaction ({publishFor}) or by
/// a signed head that anybody submits ({publishSignedByWriters}); the rules of a head are the same for all who move it.
///
/// By transaction ({authorizeWriter}, {revokeWriter}), or by a statement of the owner ({setWriterSigned}):
///
///     WriterGrant(address owner,bytes32 topic,address writer,uint64 expiry,uint64 revision,uint64 deadline)
///
/// Notes:
/// - A writer may do nothing but move heads: authorize no others, change no lanes.
/// - What a writer may set is not limited further: a writer can move a head anywhere, also back. Readers notice, as they
///   do with an owner (a head that does not extend the one before), and the owner's own {publish} always remains.
interface IRemoteLogWriters is IRemoteLogHeads, IRemoteLogStatements {
    /// @notice What is signed (EIP-712): the owner authorizes a writer, or revokes one.
    /// @param owner The account whose logs they are.
    /// @param topic The topic that it is about, or {EVERY_TOPIC}.
    /// @param writer The account that may write.
    /// @param expiry The last moment at which it may: Unix time in seconds. Zero revokes.
    /// @param revision The revision that must stand; for a revocation, that or any lower one.
    /// @param deadline The last moment at which the statement works: Unix time in seconds.
    struct WriterGrant {
        address owner;
        bytes32 topic;
        address writer;
        uint64 expiry;
        uint64 revision;
        uint64 deadline;
    }

    /// @notice A statement about a head with the signature of a writer's key. What is signed is the same as an owner signs.
    /// @param statement What is signed; its owner is the log's, not the writer.
    /// @param writer The account whose key signed.
    /// @param r The signature's r.
    /// @param vs The parity of the signature's y in the highest bit, s in the rest (EIP-2098), s in the lower half.
    struct SignedByWriter {
        SignedHead statement;
        address writer;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A line of an owner's list of writers.
    /// @param topic The topic that it is about, or {EVERY_TOPIC}.
    /// @param writer The account that may write.
    /// @param expiry The last moment at which it may: Unix time in seconds; zero where it was revoked.
    /// @param revision The revision that stands.
    struct WriterState {
        bytes32 topic;
        address writer;
        uint64 expiry;
        uint64 revision;
    }

    /// @notice Emitted when a writer was authorized, or its expiry changed.
    /// @param owner The account whose logs they are.
    /// @param topic The topic that it is about, or {EVERY_TOPIC}.
    /// @param writer The account that may write.
    /// @param expiry The last moment at which it may: Unix time in seconds.
    /// @param revision The revision that stands from now on.
    event WriterAuthorized(
        address indexed owner, bytes32 indexed topic, address indexed writer, uint64 expiry, uint64 revision
    );

    /// @notice Emitted when a writer was revoked, whether it was authorized before or not.
    /// @param owner The account whose logs they are.
    /// @param topic The topic that it is about, or {EVERY_TOPIC}.
    /// @param writer The account that may no longer write by this grant.
    /// @param revision The revision that stands from now on.
    event WriterRevoked(address indexed owner, bytes32 indexed topic, address indexed writer, uint64 revision);

    /// @notice Thrown when a caller is no live writer of a log.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param writer The caller.
    /// @param expiry When its time was over: Unix time in seconds; zero where it was never authorized, or revoked.
    error NotAWriter(address owner, bytes32 topic, address writer, uint64 expiry);

    /// @notice Thrown when the account 0x0 would become a writer.
    /// @param owner The account whose logs they are.
    /// @param topic The topic that it is about.
    error ZeroWriter(address owner, bytes32 topic);

    /// @notice Thrown when a writer would be authorized until a moment that has passed.
    /// @param owner The account whose logs they are.
    /// @param topic The topic that it is about.
    /// @param writer The account that would be authorized.
    /// @param expiry The moment given: Unix time in seconds.
    /// @param time The block's Unix time in seconds.
    error ExpiryPassed(address owner, bytes32 topic, address writer, uint64 expiry, uint256 time);

    /// @notice Lets an account move the caller's heads, or changes until when it may.
    ///
    /// Emits {WriterAuthorized}.
    ///
    /// Requirements:
    /// - `writer` must not be zero ({ZeroWriter}).
    /// - `expiry` must not have passed ({ExpiryPassed}).
    ///
    /// @param topic The topic that it is about, or {EVERY_TOPIC}.
    /// @param writer The account that may write.
    /// @param expiry The last moment at which it may: Unix time in seconds.
    function authorizeWriter(bytes32 topic, address writer, uint64 expiry) external;

    /// @notice Takes a grant of the caller's back. Counts from the next transaction on, in the same block already.
    ///
    /// Emits {WriterRevoked}.
    ///
    /// Notes:
    /// - A grant for one topic and one for {EVERY_TOPIC} are two: who has both is revoked twice.
    /// - It also kills statements that authorize at the revision that stands, so it works for who was never authorized.
    ///
    /// @param topic The topic that it is about, or {EVERY_TOPIC}.
    /// @param writer The account that may no longer write.
    function revokeWriter(bytes32 topic, address writer) external;

    /// @notice Authorizes or revokes as the owner signed. Anybody may call it.
    ///
    /// Emits {WriterAuthorized} or, where the expiry signed is zero, {WriterRevoked}.
    ///
    /// Requirements:
    /// - The deadline must not have passed ({StatementExpired}) nor be more than {MAX_LEAD} ahead ({StatementTooEarly}).
    /// - The revision must be the one that stands, for a revocation at least that one ({StaleRevision}).
    /// - The owner must have signed ({WrongSignatureLength}, {MalleableSignature}, {WrongSigner}, {WalletRefused}).
    /// - As {authorizeWriter}.
    ///
    /// @param grant What is signed.
    /// @param signature The owner's signature.
    function setWriterSigned(WriterGrant calldata grant, bytes calldata signature) external;

    /// @notice Moves the head of a log of somebody who authorized the caller.
    ///
    /// Emits {HeadMoved}.
    ///
    /// Requirements:
    /// - As {publish}, and the caller must be a live writer of the log ({NotAWriter}).
    ///
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param expected The head that must stand; zero where none does yet.
    /// @param next The head to set: a Swarm reference of 32 bytes.
    function publishFor(address owner, bytes32 topic, bytes32 expected, bytes32 next) external;

    /// @notice Moves the heads that writers signed for with their keys. Anybody may call it.
    ///
    /// Emits {HeadMoved} for each item that was carried out and {SignedHeadRefused} for each that was not.
    ///
    /// Notes:
    /// - As {publishSigned}. The writer must be a live one when the batch is carried out, not when it signed.
    ///
    /// @param items The statements with their signatures.
    /// @return outcomes One byte for each item, in order: a {Refusal}, 0 where the head moved.
    function publishSignedByWriters(SignedByWriter[] calldata items) external returns (bytes memory outcomes);

    /// @notice Whether an account may move the head of a log of another's now, by a grant for the topic or for all.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param writer The account asked about.
    /// @return live Whether {publishFor} would take it for a writer in this block.
    function isWriter(address owner, bytes32 topic, address writer) external view returns (bool live);

    /// @notice One grant as it stands.
    /// @param owner The account whose logs they are.
    /// @param topic The topic that it is about, or {EVERY_TOPIC}.
    /// @param writer The account asked about.
    /// @return expiry The last moment at which it may write: Unix time in seconds; zero where it may not.
    /// @return revision The revision that stands: what the next statement has to name.
    function grantOf(address owner, bytes32 topic, address writer)
        external
        view
        returns (uint64 expiry, uint64 revision);

    /// @notice All that were ever authorized by an owner, in the order of their first time, page by page.
    /// @param owner The account whose writers they are.
    /// @param offset How many lines to skip.
    /// @param limit How many lines to return at most.
    /// @return seen The block in whose state the lines stand, as the call sees it.
    /// @return total How many lines there are. The list only grows.
    /// @return writers The lines; fewer than `limit` where the list ends.
    function writersOf(address owner, uint256 offset, uint256 limit)
        external
        view
        returns (SeenBlock memory seen, uint256 total, WriterState[] memory writers);

    /// @notice What stands for every topic of an owner in a grant. A log that has this very topic can't have writers of
    /// its own.
    /// @return topic All bits set.
    function EVERY_TOPIC() external view returns (bytes32 topic);
}
