// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {RemoteLogRegistry} from "../../contracts/RemoteLogRegistry.sol";
import {IRemoteLogHeads} from "../../contracts/interfaces/IRemoteLogHeads.sol";
import {IRemoteLogLanes} from "../../contracts/interfaces/IRemoteLogLanes.sol";
import {IRemoteLogWriters} from "../../contracts/interfaces/IRemoteLogWriters.sol";
import {RegistryHandler} from "./handlers/RegistryHandler.sol";
import {cheats, same} from "./support/Cheats.sol";
import {NaiveRegistry} from "./support/NaiveRegistry.sol";

/// @notice What stands after any steps of anybody: the numbers are those of INVARIANTS.md.
contract RemoteLogRegistryInvariants {
    uint256 private constant NOW = 1_800_000_000;
    bytes32 private constant EVERY_TOPIC = bytes32(type(uint256).max);

    RemoteLogRegistry private registry;
    RegistryHandler private handler;
    NaiveRegistry private model;

    error Broken(uint256 number);

    function setUp() public {
        cheats.warp(NOW);
        registry = new RemoteLogRegistry();
        handler = new RegistryHandler(registry);
        model = handler.model();
    }

    /// @notice Whom the runner calls: the handler alone.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_1_aHeadMovesOnlyByItsOwnerALiveWriterOrAValidSignature() public view {
        unbroken(1);
        sameHeads();
    }

    function invariant_2_aHeadMovesOnlyFromTheExpectedHead() public {
        for (uint256 i = 0; i < handler.ACTORS() * handler.TOPICS(); ++i) {
            (address owner, bytes32 topic) = logNumber(i);
            bytes32 current = registry.headOf(owner, topic);
            bytes32 other = keccak256(abi.encode(current));
            cheats.prank(owner);
            try registry.publish(topic, other, keccak256("next")) {
                revert Broken(2);
            } catch {
                same("head", registry.headOf(owner, topic), current);
            }
        }
    }

    function invariant_3_aSignatureWorksOnceUnlessItsOwnerMovesBack() public view {
        unbroken(3);
        sameHeads();
    }

    function invariant_4_aSignatureWorksOnOneChainForOneRegistryForItsSigner() public view {
        unbroken(4);
    }

    function invariant_5_aBatchIsExactlyItsValidItems() public view {
        unbroken(5);
    }

    function invariant_6_revocationAndExpiryAreImmediate() public view {
        unbroken(6);
        for (uint256 i = 0; i < handler.ACTORS() * handler.TOPICS(); ++i) {
            (address owner, bytes32 topic) = logNumber(i);
            for (uint256 w = 0; w < handler.ACTORS(); ++w) {
                address writer = handler.actor(w);
                if (registry.isWriter(owner, topic, writer) != model.mayWrite(owner, topic, writer)) revert Broken(6);
                (uint64 expiry,) = registry.grantOf(owner, topic, writer);
                (uint64 everywhere,) = registry.grantOf(owner, EVERY_TOPIC, writer);
                bool over = expiry < block.timestamp && everywhere < block.timestamp;
                if (registry.isWriter(owner, topic, writer) == over) revert Broken(6);
            }
        }
    }

    function invariant_7_anOwnersHeadIsReadableAndWritable() public {
        for (uint256 i = 0; i < handler.ACTORS() * handler.TOPICS(); ++i) {
            (address owner, bytes32 topic) = logNumber(i);
            bytes32 current = registry.headOf(owner, topic);
            bytes32 next = keccak256(abi.encode(current));
            IRemoteLogHeads.LogKey[] memory logs = new IRemoteLogHeads.LogKey[](1);
            logs[0] = IRemoteLogHeads.LogKey(owner, topic);
            (, bytes32[] memory heads) = registry.headsWithBlock(logs);
            same("headsWithBlock", heads[0], current);
            same("headsOf", registry.headsOf(logs)[0], current);
            cheats.prank(owner);
            registry.publish(topic, current, next);
            same("head", registry.headOf(owner, topic), next);
        }
    }

    function invariant_8_aSignedChangeWorksOnceAndRevisionsOnlyRise() public view {
        unbroken(8);
        for (uint256 o = 0; o < handler.ACTORS(); ++o) {
            address owner = handler.actor(o);
            (, uint256 total, IRemoteLogWriters.WriterState[] memory writers) = registry.writersOf(owner, 0, 1000);
            same("writers", bytes32(total), bytes32(model.writerCounts(owner)));
            for (uint256 i = 0; i < writers.length; ++i) {
                IRemoteLogWriters.WriterState memory writer = writers[i];
                (uint256 expiry, uint256 revision,) = model.grants(owner, writer.topic, writer.writer);
                same("expiry", bytes32(uint256(writer.expiry)), bytes32(expiry));
                same("revision", bytes32(uint256(writer.revision)), bytes32(revision));
            }
        }
    }

    function invariant_9_aListIsWhatItsOwnerMadeItWithTheHeadsThatStand() public view {
        unbroken(9);
        for (uint256 i = 0; i < handler.ACTORS() * handler.TOPICS(); ++i) {
            (address owner, bytes32 group) = logNumber(i);
            IRemoteLogHeads.LogKey[] memory order = model.orderOf(owner, group);
            (, uint256 total, IRemoteLogLanes.LaneState[] memory lanes) = registry.lanesOf(owner, group, 0, 1000);
            same("lanes", bytes32(total), bytes32(order.length));
            for (uint256 n = 0; n < lanes.length; ++n) sameLane(owner, group, order[n], lanes[n]);
        }
    }

    function invariant_10_nothingButHeadsWritersAndLanesIsKept() public view {
        for (uint256 slot = 0; slot <= 6; ++slot) same("slot", cheats.load(address(registry), bytes32(slot)), 0);
        if (address(registry).balance != 0) revert Broken(10);
    }

    /// @notice The same steps as a fuzz test, of which the runner keeps the length.
    function testFuzz_anyStepsDoWhatTheModelDoes(uint256[48] memory seeds) public {
        for (uint256 i = 0; i < seeds.length; ++i) handler.step(seeds[i]);
        same("broken", bytes32(handler.broken()), 0);
        sameHeads();
    }

    /// @notice The steps are no idle ones: among many, some of them work.
    function test_theHandlersStepsHaveEffects() public {
        for (uint256 i = 0; i < 200; ++i) handler.step(uint256(keccak256(abi.encode("effects", i))));
        same("broken", bytes32(handler.broken()), 0);
        if (handler.effects() < 60) revert Broken(handler.effects());
    }

    function unbroken(uint256 number) private view {
        if ((handler.broken() >> number) & 1 == 1) revert Broken(number);
    }

    function sameHeads() private view {
        for (uint256 i = 0; i < handler.ACTORS() * handler.TOPICS(); ++i) {
            (address owner, bytes32 topic) = logNumber(i);
            same("head", registry.headOf(owner, topic), model.heads(owner, topic));
        }
    }

    function sameLane(
        address owner,
        bytes32 group,
        IRemoteLogHeads.LogKey memory log,
        IRemoteLogLanes.LaneState memory lane
    ) private view {
        (, bool listed, bytes32 cutOff, uint256 revision) = model.lanes(owner, group, log.owner, log.topic);
        same("lane", keccak256(abi.encode(lane.log)), keccak256(abi.encode(log)));
        same("listed", bytes32(uint256(lane.listed ? 1 : 0)), bytes32(uint256(listed ? 1 : 0)));
        same("cutOff", lane.cutOff, cutOff);
        same("revision", bytes32(uint256(lane.revision)), bytes32(revision));
        same("head", lane.head, registry.headOf(log.owner, log.topic));
    }

    function logNumber(uint256 number) private view returns (address owner, bytes32 topic) {
        return (handler.actor(number / handler.TOPICS()), handler.topicNumber(number));
    }
}
