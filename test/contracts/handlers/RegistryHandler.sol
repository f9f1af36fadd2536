// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {RemoteLogRegistry} from "../../../contracts/RemoteLogRegistry.sol";
import {IRemoteLogHeads} from "../../../contracts/interfaces/IRemoteLogHeads.sol";
import {IRemoteLogLanes} from "../../../contracts/interfaces/IRemoteLogLanes.sol";
import {IRemoteLogWriters} from "../../../contracts/interfaces/IRemoteLogWriters.sol";
import {between, cheats} from "../support/Cheats.sol";
import {NaiveRegistry} from "../support/NaiveRegistry.sol";
import {Signing} from "./Signing.sol";

/// @notice Few actors who do with a registry whatever its functions allow, and all that they do not: wrong callers, stale
/// heads, signatures of others and for other registries, replays, in any order, while time goes by. What each step
/// should do is asked of the naive model; where the registry does something else, the number of the invariant is noted.
contract RegistryHandler is Signing {
    /// @dev Few of all, so that random steps meet. The topic with the highest number is EVERY_TOPIC in grants.
    uint256 public constant ACTORS = 4;
    uint256 public constant TOPICS = 2;
    uint256 private constant HEADS = 4;

    NaiveRegistry public model;
    /// @notice The invariants that a step broke: bit n for number n.
    uint256 public broken;
    /// @notice Steps that had an effect, so that a run in which nothing happens is noticed.
    uint256 public effects;

    IRemoteLogHeads.SignedByKey[] private _headsSubmitted;
    IRemoteLogWriters.WriterGrant[] private _grantsSubmitted;
    bytes[] private _grantSignatures;
    IRemoteLogLanes.LaneChange[] private _lanesSubmitted;
    bytes[] private _laneSignatures;

    constructor(RemoteLogRegistry registry_) Signing(registry_) {
        model = new NaiveRegistry();
    }

    function publish(uint256 seed) external {
        (address owner, bytes32 topic, bytes32 expected, bytes32 next) = _stepOf(seed);
        bool wanted = model.publish(owner, topic, expected, next);
        cheats.prank(owner);
        _note(1, _works(abi.encodeCall(registry.publish, (topic, expected, next))), wanted);
    }

    function publishFor(uint256 seed) external {
        (address owner, bytes32 topic, bytes32 expected, bytes32 next) = _stepOf(seed);
        address writer = actor(seed >> 40);
        bool live = model.mayWrite(owner, topic, writer);
        bool wanted = live && model.publish(owner, topic, expected, next);
        cheats.prank(writer);
        bool works = _works(abi.encodeCall(registry.publishFor, (owner, topic, expected, next)));
        _note(live ? 1 : 6, works, wanted);
    }

    /// @notice A batch of three, one of them maybe signed by another, for another registry or chain, or an old one.
    function publishSigned(uint256 seed) external {
        IRemoteLogHeads.SignedByKey[] memory items = new IRemoteLogHeads.SignedByKey[](3);
        bytes memory wanted = new bytes(3);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 own = uint256(keccak256(abi.encode(seed, i)));
            IRemoteLogHeads.SignedHead memory statement = _statementOf(own);
            uint256 fault = (own >> 64) % 6;
            uint256 key = keyOf(own + (fault == 1 ? 1 : 0));
            items[i].statement = statement;
            (items[i].r, items[i].vs) = signHead(key, statement, fault == 2, fault == 3);
            bool signed = fault < 1 || fault > 3;
            if (fault == 4 && _headsSubmitted.length > 0) items[i] = _headsSubmitted[(own >> 72) % _headsSubmitted.length];
            wanted[i] = bytes1(uint8(model.submit(items[i].statement, signed)));
            if (signed) _headsSubmitted.push(items[i]);
        }
        _compare(registry.publishSigned(items), wanted);
    }

    function publishSignedByWriters(uint256 seed) external {
        IRemoteLogWriters.SignedByWriter[] memory items = new IRemoteLogWriters.SignedByWriter[](3);
        bytes memory wanted = new bytes(3);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 own = uint256(keccak256(abi.encode(seed, i)));
            IRemoteLogHeads.SignedHead memory statement = _statementOf(own);
            uint256 fault = (own >> 64) % 6;
            address writer = actor(own >> 80);
            uint256 key = keyOf((own >> 80) + (fault == 1 ? 1 : 0));
            items[i].statement = statement;
            items[i].writer = writer;
            (items[i].r, items[i].vs) = signHead(key, statement, fault == 2, fault == 3);
            wanted[i] = bytes1(uint8(model.submitByWriter(statement, writer, fault < 1 || fault > 3)));
        }
        _compare(registry.publishSignedByWriters(items), wanted);
    }

    function authorizeWriter(uint256 seed) external {
        (address owner, bytes32 topic, address writer) = _grantOf(seed);
        uint64 expiry = _expiryOf(seed);
        bool wanted = model.authorize(owner, topic, writer, expiry);
        cheats.prank(owner);
        _note(6, _works(abi.encodeCall(registry.authorizeWriter, (topic, writer, expiry))), wanted);
    }

    function revokeWriter(uint256 seed) external {
        (address owner, bytes32 topic, address writer) = _grantOf(seed);
        model.revoke(owner, topic, writer);
        cheats.prank(owner);
        _note(6, _works(abi.encodeCall(registry.revokeWriter, (topic, writer))), true);
    }

    function setWriterSigned(uint256 seed) external {
        (address owner, bytes32 topic, address writer) = _grantOf(seed);
        uint256 fault = (seed >> 64) % 8;
        IRemoteLogWriters.WriterGrant memory grant;
        (grant.owner, grant.topic, grant.writer) = (owner, topic, writer);
        grant.expiry = (seed >> 96) % 2 == 0 ? 0 : _expiryOf(seed);
        (, uint64 revision) = registry.grantOf(owner, topic, writer);
        grant.revision = revision + uint64((seed >> 104) % 8 == 0 ? (seed >> 112) % 3 : 0);
        grant.deadline = _deadlineOf(seed >> 120);
        bytes memory signature = signGrant(keyOf(seed + (fault == 1 ? 1 : 0)), grant, fault == 2, fault == 3);
        bool signed = fault < 1 || fault > 3;
        if (fault >= 6 && _grantsSubmitted.length > 0) {
            uint256 old = (seed >> 72) % _grantsSubmitted.length;
            (grant, signature) = (_grantsSubmitted[old], _grantSignatures[old]);
        }
        bool wanted = model.submitGrant(grant, signed);
        bool works = _works(abi.encodeCall(registry.setWriterSigned, (grant, signature)));
        _note(signed ? 8 : 4, works, wanted);
        if (signed) {
            _grantsSubmitted.push(grant);
            _grantSignatures.push(signature);
        }
    }

    function addLane(uint256 seed) external {
        (address owner, bytes32 group, address laneOwner, bytes32 laneTopic) = _laneOf(seed);
        bool wanted = model.addLane(owner, group, laneOwner, laneTopic);
        cheats.prank(owner);
        _note(9, _works(abi.encodeCall(registry.addLane, (group, laneOwner, laneTopic))), wanted);
    }

    function removeLane(uint256 seed) external {
        (address owner, bytes32 group, address laneOwner, bytes32 laneTopic) = _laneOf(seed);
        bytes32 cutOff = headNumber((seed >> 40) % HEADS);
        model.removeLane(owner, group, laneOwner, laneTopic, cutOff);
        cheats.prank(owner);
        _note(9, _works(abi.encodeCall(registry.removeLane, (group, laneOwner, laneTopic, cutOff))), true);
    }

    function setLaneSigned(uint256 seed) external {
        uint256 fault = (seed >> 64) % 8;
        IRemoteLogLanes.LaneChange memory change;
        (change.owner, change.group, change.laneOwner, change.laneTopic) = _laneOf(seed);
        change.listed = (seed >> 96) % 2 == 0;
        if (!change.listed || fault == 5) change.cutOff = headNumber((seed >> 40) % HEADS);
        change.revision = registry.laneOf(change.owner, change.group, change.laneOwner, change.laneTopic).revision
            + uint64((seed >> 104) % 8 == 0 ? (seed >> 112) % 3 : 0);
        change.deadline = _deadlineOf(seed >> 120);
        bytes memory signature = signLane(keyOf(seed + (fault == 1 ? 1 : 0)), change, fault == 2, fault == 3);
        bool signed = fault < 1 || fault > 3;
        if (fault >= 6 && _lanesSubmitted.length > 0) {
            uint256 old = (seed >> 72) % _lanesSubmitted.length;
            (change, signature) = (_lanesSubmitted[old], _laneSignatures[old]);
        }
        bool wanted = model.submitLane(change, signed);
        bool works = _works(abi.encodeCall(registry.setLaneSigned, (change, signature)));
        _note(signed ? 8 : 4, works, wanted);
        if (signed) {
            _lanesSubmitted.push(change);
            _laneSignatures.push(signature);
        }
    }

    /// @notice Time goes by: seconds, or up to 12 days.
    function wait(uint256 seed) external {
        cheats.warp(block.timestamp + (seed % 2 == 0 ? (seed >> 8) % 4 : (seed >> 8) % 12 days));
    }

    /// @notice One of the above.
    function step(uint256 seed) external {
        function(uint256) external[11] memory steps = [
            this.publish,
            this.publishFor,
            this.publishSigned,
            this.publishSignedByWriters,
            this.authorizeWriter,
            this.revokeWriter,
            this.setWriterSigned,
            this.addLane,
            this.removeLane,
            this.setLaneSigned,
            this.wait
        ];
        steps[(seed >> 240) % 11](seed);
    }

    /// @notice The n-th actor, who owns logs, writes to those of others, and is a lane.
    function actor(uint256 number) public pure returns (address) {
        return cheats.addr(keyOf(number));
    }

    function keyOf(uint256 number) public pure returns (uint256) {
        return uint256(keccak256(abi.encode("actor", number % ACTORS))) >> 1;
    }

    function topicNumber(uint256 number) public pure returns (bytes32) {
        return keccak256(abi.encode("topic", number % TOPICS));
    }

    /// @notice Number 0 is "none".
    function headNumber(uint256 number) public pure returns (bytes32) {
        return number == 0 ? bytes32(0) : keccak256(abi.encode("head", number));
    }

    function _works(bytes memory call) private returns (bool works) {
        (works,) = address(registry).call(call);
    }

    function _note(uint256 number, bool works, bool wanted) private {
        if (works != wanted) broken |= 1 << number;
        if (works) ++effects;
    }

    /// @dev Item by item: what went wrong with one of them is no other's affair.
    function _compare(bytes memory outcomes, bytes memory wanted) private {
        if (keccak256(outcomes) != keccak256(wanted)) broken |= 1 << 5;
        for (uint256 i = 0; i < outcomes.length; ++i) {
            if (outcomes[i] == 0) ++effects;
            if (outcomes[i] == 0 && wanted[i] == bytes1(uint8(IRemoteLogHeads.Refusal.StaleHead))) broken |= 1 << 3;
            if (outcomes[i] == 0 && wanted[i] == bytes1(uint8(IRemoteLogHeads.Refusal.BadSignature))) broken |= 1 << 4;
            if (outcomes[i] == 0 && wanted[i] == bytes1(uint8(IRemoteLogHeads.Refusal.NotAWriter))) broken |= 1 << 6;
        }
    }

    /// @dev Two times in three `expected` is the head that stands.
    function _stepOf(uint256 seed)
        private
        view
        returns (address owner, bytes32 topic, bytes32 expected, bytes32 next)
    {
        owner = actor(seed);
        topic = topicNumber(seed >> 8);
        expected = (seed >> 16) % 3 == 0 ? headNumber((seed >> 24) % HEADS) : registry.headOf(owner, topic);
        next = headNumber((seed >> 32) % HEADS);
    }

    function _statementOf(uint256 seed) private view returns (IRemoteLogHeads.SignedHead memory statement) {
        (statement.owner, statement.topic, statement.expected, statement.next) = _stepOf(seed);
        statement.deadline = _deadlineOf(seed >> 48);
    }

    function _grantOf(uint256 seed) private pure returns (address owner, bytes32 topic, address writer) {
        owner = actor(seed);
        topic = (seed >> 8) % 3 == 0 ? bytes32(type(uint256).max) : topicNumber(seed >> 16);
        writer = (seed >> 24) % 16 == 0 ? address(0) : actor(seed >> 32);
    }

    function _laneOf(uint256 seed)
        private
        pure
        returns (address owner, bytes32 group, address laneOwner, bytes32 laneTopic)
    {
        (owner, group) = (actor(seed), topicNumber(seed >> 8));
        (laneOwner, laneTopic) = (actor(seed >> 16), topicNumber(seed >> 24));
    }

    /// @dev Seven in eight are good now.
    function _deadlineOf(uint256 seed) private view returns (uint64) {
        uint256 kind = seed % 16;
        if (kind == 0) return uint64(block.timestamp - 1);
        if (kind == 1) return uint64(block.timestamp + 30 days + 1);
        return uint64(block.timestamp + between(seed >> 8, 0, 30 days));
    }

    function _expiryOf(uint256 seed) private view returns (uint64) {
        if ((seed >> 128) % 8 == 0) return uint64(block.timestamp - 1);
        return uint64(block.timestamp + between(seed >> 136, 0, 20 days));
    }
}
