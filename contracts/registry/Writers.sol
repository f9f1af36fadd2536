// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IRemoteLogWriters} from "../interfaces/IRemoteLogWriters.sol";
import {SignedHeads} from "./SignedHeads.sol";

/// @title Who else may move an owner's heads
/// @notice See {IRemoteLogWriters}.
abstract contract Writers is IRemoteLogWriters, SignedHeads {
    /// @inheritdoc IRemoteLogWriters
    bytes32 public constant EVERY_TOPIC = bytes32(type(uint256).max);

    bytes32 private constant _GRANT_TYPEHASH = keccak256(
        "WriterGrant(address owner,bytes32 topic,address writer,uint64 expiry,uint64 revision,uint64 deadline)"
    );

    /// @dev One slot. Listed: has a line in the owner's list.
    struct Grant {
        uint64 expiry;
        uint64 revision;
        bool listed;
    }

    /// @dev A line of an owner's list.
    struct WriterKey {
        address writer;
        bytes32 topic;
    }

    /// @dev Grants, by keccak256(abi.encode(what the log of that owner and topic is called, writer)).
    mapping(bytes32 key => Grant grant) private _grants;

    /// @dev Who was ever authorized, so that a reader needs no events.
    mapping(address owner => WriterKey[] writers) private _writers;

    /// @inheritdoc IRemoteLogWriters
    function authorizeWriter(bytes32 topic, address writer, uint64 expiry) external {
        uint64 revision = _grantAt(msg.sender, topic, writer).revision;
        _authorize(msg.sender, topic, writer, expiry, revision + 1);
    }

    /// @inheritdoc IRemoteLogWriters
    function revokeWriter(bytes32 topic, address writer) external {
        uint64 revision = _grantAt(msg.sender, topic, writer).revision;
        _revoke(msg.sender, topic, writer, revision + 1);
    }

    /// @inheritdoc IRemoteLogWriters
    function setWriterSigned(WriterGrant calldata grant, bytes calldata signature) external {
        (address owner, bytes32 topic, address writer, uint64 expiry) =
            (grant.owner, grant.topic, grant.writer, grant.expiry);
        uint64 current = _grantAt(owner, topic, writer).revision;
        uint64 revision = _revisionAfter(current, grant.revision, expiry == 0);
        _demandSigned(owner, keccak256(abi.encode(_GRANT_TYPEHASH, grant)), grant.deadline, signature);
        if (expiry == 0) _revoke(owner, topic, writer, revision);
        else _authorize(owner, topic, writer, expiry, revision);
    }

    /// @inheritdoc IRemoteLogWriters
    function publishFor(address owner, bytes32 topic, bytes32 expected, bytes32 next) external {
        (bool live, uint64 expiry) = _standingOf(owner, topic, msg.sender);
        if (!live) revert NotAWriter(owner, topic, msg.sender, expiry);
        _publish(owner, topic, expected, next);
    }

    /// @inheritdoc IRemoteLogWriters
    function publishSignedByWriters(SignedByWriter[] calldata items) external returns (bytes memory outcomes) {
        bytes32 domain = _domainSeparatorV4();
        outcomes = new bytes(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            SignedByWriter calldata item = items[i];
            SignedHead calldata statement = item.statement;
            (address owner, Head storage head) = _open(statement);
            Refusal reason = _refusalOf(statement, head.value);
            if (reason == Refusal.None) reason = _refusalOfWriter(owner, domain, item);
            if (reason == Refusal.None) _move(head, owner, statement);
            else outcomes[i] = _refuse(i, head, owner, statement.topic, reason);
        }
    }

    /// @inheritdoc IRemoteLogWriters
    function isWriter(address owner, bytes32 topic, address writer) external view returns (bool live) {
        (live,) = _standingOf(owner, topic, writer);
    }

    /// @inheritdoc IRemoteLogWriters
    function grantOf(address owner, bytes32 topic, address writer)
        external
        view
        returns (uint64 expiry, uint64 revision)
    {
        Grant storage grant = _grantAt(owner, topic, writer);
        return (grant.expiry, grant.revision);
    }

    /// @inheritdoc IRemoteLogWriters
    function writersOf(address owner, uint256 offset, uint256 limit)
        external
        view
        returns (SeenBlock memory seen, uint256 total, WriterState[] memory writers)
    {
        WriterKey[] storage list = _writers[owner];
        seen = _seenBlock();
        total = list.length;
        writers = new WriterState[](_countFrom(total, offset, limit));
        for (uint256 i = 0; i < writers.length; ++i) {
            WriterKey storage key = list[offset + i];
            (bytes32 topic, address writer) = (key.topic, key.writer);
            Grant storage grant = _grantAt(owner, topic, writer);
            writers[i] = WriterState(topic, writer, grant.expiry, grant.revision);
        }
    }

    /// @dev Writes a grant that stands from now on.
    function _authorize(address owner, bytes32 topic, address writer, uint64 expiry, uint64 revision) private {
        if (writer == address(0)) revert ZeroWriter(owner, topic);
        if (expiry < block.timestamp) revert ExpiryPassed(owner, topic, writer, expiry, block.timestamp);
        Grant storage grant = _grantAt(owner, topic, writer);
        if (!grant.listed) _writers[owner].push(WriterKey(writer, topic));
        (grant.expiry, grant.revision, grant.listed) = (expiry, revision, true);
        emit WriterAuthorized(owner, topic, writer, expiry, revision);
    }

    /// @dev Takes a grant back.
    function _revoke(address owner, bytes32 topic, address writer, uint64 revision) private {
        Grant storage grant = _grantAt(owner, topic, writer);
        (grant.expiry, grant.revision) = (0, revision);
        emit WriterRevoked(owner, topic, writer, revision);
    }

    /// @dev What can be wrong with an item's writer, and with its signature.
    function _refusalOfWriter(address owner, bytes32 domain, SignedByWriter calldata item)
        private
        view
        returns (Refusal reason)
    {
        SignedHead calldata statement = item.statement;
        address writer = item.writer;
        (bool live,) = _standingOf(owner, statement.topic, writer);
        if (!live) return Refusal.NotAWriter;
        if (!_isSignedByKey(writer, domain, statement, item.r, item.vs)) return Refusal.BadSignature;
        return Refusal.None;
    }

    /// @dev Whether an account is a live writer, and until when it is, or was, by the longer of its two grants.
    function _standingOf(address owner, bytes32 topic, address writer)
        private
        view
        returns (bool live, uint64 expiry)
    {
        expiry = _grantAt(owner, topic, writer).expiry;
        if (expiry < block.timestamp) {
            uint64 everywhere = _grantAt(owner, EVERY_TOPIC, writer).expiry;
            if (everywhere > expiry) expiry = everywhere;
        }
        live = expiry >= block.timestamp;
    }

    /// @dev Where a grant is kept.
    function _grantAt(address owner, bytes32 topic, address writer) private view returns (Grant storage grant) {
        return _grants[Hashes.efficientKeccak256(_logOf(owner, topic), bytes32(uint256(uint160(writer))))];
    }
}
