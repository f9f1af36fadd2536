// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogRegistry} from "./IRemoteLogRegistry.sol";

/// @title Reads entries of logs on Swarm, by proof
/// @notice Lets a contract act on an entry of a log: whoever calls brings a proof that the entry is in the log, as of
/// the head in the registry. How proofs are made up is docs/spec.md section 11; the TypeScript package `core` builds them.
///
/// For one head, one log and one seq at most one proof exists, and so one answer, whatever the log's owner wrote: a
/// head commits to every entry. The entry is found as the client finds it (head page, else directory, history and page
/// agreeing), and what is parsed on the way is parsed as strictly as there.
///
/// Notes:
/// - What the proof does not show is not checked: the rest of the page behind the entry, the payloads of the entries
///   before it, other pages. A client that sees these may reject a log of which an entry was proven.
/// - A head moves whenever its owner likes. A proof made for an older head is refused by {entryOf}
///   ({WrongHead}); who keeps heads uses {entryAt}.
/// - Besides the errors here, those of the library `SwarmProof` are thrown: `ProofTooShort`, `ProofTooLong`,
///   `SegmentsOutOfRange`, `PaddingNotZero`; by {payload} also `RangeOutOfFile` and `WrongRoot`.
interface IRemoteLogVerifier {
    /// @notice An entry of a log.
    /// @param timestamp When its writer says it was written: Unix time in milliseconds.
    /// @param id Its message id: SHA-256 of the payload, or one of the writer's own.
    /// @param byReference Whether the payload is a Swarm file of its own; else it is `data`.
    /// @param remoteHash Root of that file; zero where the payload is embedded. See {payload}.
    /// @param payloadLength Bytes of the payload.
    /// @param data The payload where it is embedded; else empty.
    struct Entry {
        uint64 timestamp;
        bytes32 id;
        bool byReference;
        bytes32 remoteHash;
        uint64 payloadLength;
        bytes data;
    }

    /// @notice Rules of the page format that a page can break (docs/spec.md section 2.6, by the names there).
    /// @param Version It has another version, or none.
    /// @param Encoding Its payloads are encoded in a way that is not known.
    /// @param Canonical Bytes are not those that the format has for any meaning.
    /// @param Range A number is out of range.
    /// @param Content An entry has fields that exclude each other, or lacks one.
    /// @param Roots Its roots contradict the number of sealed pages.
    /// @param Tail It has a tail and is the first page, or the other way round.
    /// @param Seq It can't start at that seq.
    /// @param Base It is the first page and has a base timestamp other than 0.
    enum PageRule {
        Version,
        Encoding,
        Canonical,
        Range,
        Content,
        Roots,
        Tail,
        Seq,
        Base
    }

    /// @notice Thrown at deployment when there is no contract where the registry should be.
    /// @param account The address given.
    error NotAContract(address account);

    /// @notice Thrown when the proof is of another head than the one that stands, or than the one given.
    /// @param head The head that stands; zero where none does.
    /// @param proven The head that the proof leads to.
    error WrongHead(bytes32 head, bytes32 proven);

    /// @notice Thrown when a proof says that a head page is longer than a chunk.
    /// @param span The span that the proof gives: bytes of the page.
    error SpanTooLong(uint256 span);

    /// @notice Thrown when a page belongs to another log.
    /// @param page Reference of the page.
    /// @param log The log asked for: keccak256(abi.encode(owner, topic)).
    /// @param named The log that the page names.
    error WrongLog(bytes32 page, bytes32 log, bytes32 named);

    /// @notice Thrown when the log has no such entry: the page in which it must be ends before it.
    /// @param seq The seq asked for.
    /// @param next The first seq that is not in the page.
    error NoSuchEntry(uint64 seq, uint64 next);

    /// @notice Thrown when a page breaks a rule of the format.
    /// @param page Reference of the page.
    /// @param rule The rule.
    /// @param offset Where in the page, in bytes: behind the field that shows it.
    error MalformedPage(bytes32 page, PageRule rule, uint256 offset);

    /// @notice Thrown when a proof leaves out segments of a page that have to be read, as one for another seq does.
    /// @param page Reference of the page.
    /// @param segments The missing ones: bit i is segment i, of 32 bytes.
    error SegmentsMissing(bytes32 page, uint256 segments);

    /// @notice Thrown when a proof has segments of a page that are not read, as one for another seq does.
    /// @param page Reference of the page.
    /// @param segments The superfluous ones: bit i is segment i, of 32 bytes.
    error SegmentsNotRead(bytes32 page, uint256 segments);

    /// @notice Thrown when a proof is about a page that does not exist.
    /// @param page Index of the page.
    /// @param sealedPages Number of sealed pages.
    error PageOutOfLog(uint256 page, uint256 sealedPages);

    /// @notice Thrown when the proven page is not that page of the history.
    /// @param history Root of the history, as the head page has it.
    /// @param proven The root that the proof leads to.
    error WrongHistory(bytes32 history, bytes32 proven);

    /// @notice Thrown when the proven nodes are not those of the directory.
    /// @param directory Root of the directory, as the head page has it.
    /// @param proven The root that the proof leads to.
    error WrongDirectory(bytes32 directory, bytes32 proven);

    /// @notice Thrown when the directory leads to another page for this seq, as in a proof for another seq.
    /// @param seq The seq asked for.
    /// @param page Index of the page that the proof is about.
    /// @param level Level of the directory at which the search goes elsewhere, 0 being the one that lists pages.
    /// @param firstSeq First seq of the record there that decides.
    error WrongPage(uint64 seq, uint256 page, uint256 level, uint64 firstSeq);

    /// @notice Thrown when the directory names another page than the history or describes it wrongly, or its records
    /// are out of order.
    /// @param page Index of the page that the proof is about.
    /// @param level Level of the directory in which it lies, 0 being the one that lists pages.
    /// @param firstSeq First seq of the record that lies.
    error DirectoryLies(uint256 page, uint256 level, uint64 firstSeq);

    /// @notice An entry of a log, as of the head that stands now.
    ///
    /// Requirements:
    /// - The proof must be of this entry, as of this head, and of nothing else (all errors but those of {payload}).
    ///
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param seq Number of the entry in its log, counted from 0.
    /// @param proof The proof.
    /// @return entry The entry.
    function entryOf(address owner, bytes32 topic, uint64 seq, bytes calldata proof)
        external
        view
        returns (Entry memory entry);

    /// @notice An entry of a log, as of a head that the caller trusts, such as one that {IRemoteLogRegistry-headOf}
    /// gave earlier.
    ///
    /// Requirements: those of {entryOf}.
    ///
    /// @param head The head: reference of the head page.
    /// @param log The log's hash: keccak256(abi.encode(owner, topic)).
    /// @param seq Number of the entry in its log, counted from 0.
    /// @param proof The proof.
    /// @return entry The entry.
    function entryAt(bytes32 head, bytes32 log, uint64 seq, bytes calldata proof)
        external
        pure
        returns (Entry memory entry);

    /// @notice Some bytes of a payload that is by reference.
    ///
    /// Notes:
    /// - It works for every Swarm file at redundancy level 0, encrypted ones excepted, whose length is known.
    ///
    /// Requirements:
    /// - `from` < `to` <= `length` (`RangeOutOfFile`).
    /// - The proof must be of these bytes and nothing else (`WrongRoot`, `ProofTooShort`, `ProofTooLong`,
    ///   `PaddingNotZero`).
    ///
    /// @param remoteHash Root of the file, as a proven entry has it.
    /// @param length Bytes of the file, as the same entry has it.
    /// @param from Offset of the first byte wanted.
    /// @param to Offset behind the last byte wanted.
    /// @param proof The proof.
    /// @return data The bytes.
    function payload(bytes32 remoteHash, uint64 length, uint256 from, uint256 to, bytes calldata proof)
        external
        pure
        returns (bytes memory data);

    /// @notice The registry whose heads count.
    /// @return registry The registry.
    function REGISTRY() external view returns (IRemoteLogRegistry registry);
}
