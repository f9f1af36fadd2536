// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {RemoteLogRegistry} from "../../contracts/RemoteLogRegistry.sol";
import {IRemoteLogHeads} from "../../contracts/interfaces/IRemoteLogHeads.sol";
import {between, cheats, same} from "./support/Cheats.sol";
import {NaiveRegistry} from "./support/NaiveRegistry.sol";

/// @notice The registry against its naive model, on random input.
contract RemoteLogRegistryTest {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant NOW = 1_800_000_000;
    /// @dev Few owners, topics and heads, so that random steps meet.
    uint256 private constant OWNERS = 3;
    uint256 private constant TOPICS = 2;
    uint256 private constant HEADS = 4;

    RemoteLogRegistry private registry;
    NaiveRegistry private model;

    function setUp() public {
        registry = new RemoteLogRegistry();
        model = new NaiveRegistry();
        cheats.warp(NOW);
    }

    function testFuzz_publishDoesWhatTheModelDoes(uint256[24] memory steps) public {
        for (uint256 i = 0; i < steps.length; ++i) {
            (address owner, bytes32 topic, bytes32 expected, bytes32 next) = stepOf(steps[i]);
            bytes32 before = registry.headOf(owner, topic);
            bool moves = model.publish(owner, topic, expected, next);
            if (!moves) cheats.expectRevert(errorOf(owner, topic, expected, next, before));
            cheats.prank(owner);
            registry.publish(topic, expected, next);
            sameHeads();
        }
    }

    function testFuzz_publishSignedDoesWhatTheModelDoes(uint256[12] memory steps) public {
        IRemoteLogHeads.SignedByKey[] memory items = new IRemoteLogHeads.SignedByKey[](steps.length);
        bytes memory wanted = new bytes(steps.length);
        for (uint256 i = 0; i < steps.length; ++i) {
            bool signed;
            (items[i], signed) = itemOf(steps[i]);
            wanted[i] = bytes1(uint8(model.submit(items[i].statement, signed)));
        }
        bytes memory outcomes = registry.publishSigned(items);
        same("outcomes", keccak256(outcomes), keccak256(wanted));
        sameHeads();
    }

    function testFuzz_oneByOneIsTheSameAsABatch(uint256[8] memory steps) public {
        for (uint256 i = 0; i < steps.length; ++i) {
            (IRemoteLogHeads.SignedByKey memory item, bool signed) = itemOf(steps[i]);
            bytes memory outcomes = registry.publishSigned(arrayOf(item));
            same("length", bytes32(outcomes.length), bytes32(uint256(1)));
            same("outcome", bytes32(uint256(uint8(outcomes[0]))), bytes32(uint256(uint8(model.submit(item.statement, signed)))));
        }
        sameHeads();
    }

    function testFuzz_noBitOfAStatementOrSignatureCanChange(uint256 step, uint256 bit) public {
        (IRemoteLogHeads.SignedByKey memory item,) = itemOf(step);
        item.statement.expected = 0;
        item.statement.next = headNumber(1);
        item.statement.deadline = uint64(NOW + 1);
        (item.r, item.vs) = signatureOf(item.statement, keyOf(step % OWNERS), false);
        flip(item, between(bit, 0, 7 * 256 - 1));
        bytes memory outcomes = registry.publishSigned(arrayOf(item));
        if (outcomes[0] == 0) revert("a changed statement went through");
        sameHeads();
    }

    function testFuzz_theHeadLiesInItsDocumentedSlotAlone(address owner, bytes32 topic, bytes32 next) public {
        cheats.assume(next != 0);
        cheats.prank(owner);
        registry.publish(topic, 0, next);
        bytes32 slot = keccak256(abi.encode(keccak256(abi.encode(owner, topic)), uint256(2)));
        same("slot", cheats.load(address(registry), slot), next);
        same("slot 0", cheats.load(address(registry), bytes32(uint256(0))), 0);
        same("slot 1", cheats.load(address(registry), bytes32(uint256(1))), 0);
        same("slot 2", cheats.load(address(registry), bytes32(uint256(2))), 0);
    }

    function testFuzz_headsOfIsHeadOfForEach(uint256[16] memory steps, uint256[5] memory asked) public {
        for (uint256 i = 0; i < steps.length; ++i) {
            (address owner, bytes32 topic,, bytes32 next) = stepOf(steps[i]);
            bytes32 current = registry.headOf(owner, topic);
            if (next == 0 || next == current) continue;
            cheats.prank(owner);
            registry.publish(topic, current, next);
        }
        IRemoteLogHeads.LogKey[] memory logs = new IRemoteLogHeads.LogKey[](asked.length);
        for (uint256 i = 0; i < asked.length; ++i) {
            (logs[i].owner, logs[i].topic,,) = stepOf(asked[i]);
        }
        bytes32[] memory heads = registry.headsOf(logs);
        for (uint256 i = 0; i < asked.length; ++i) {
            same("head", heads[i], registry.headOf(logs[i].owner, logs[i].topic));
        }
    }

    function sameHeads() private view {
        for (uint256 o = 0; o < OWNERS; ++o) {
            for (uint256 t = 0; t < TOPICS; ++t) {
                address owner = cheats.addr(keyOf(o));
                same("head", registry.headOf(owner, topicNumber(t)), model.heads(owner, topicNumber(t)));
            }
        }
    }

    function stepOf(uint256 step) private pure returns (address owner, bytes32 topic, bytes32 expected, bytes32 next) {
        owner = cheats.addr(keyOf(step % OWNERS));
        topic = topicNumber((step >> 8) % TOPICS);
        expected = headNumber((step >> 16) % HEADS);
        next = headNumber((step >> 24) % HEADS);
    }

    /// @dev One in eight is signed by somebody else, one in eight malleably, one in eight outside its time.
    function itemOf(uint256 step) private view returns (IRemoteLogHeads.SignedByKey memory item, bool signed) {
        (address owner, bytes32 topic, bytes32 expected, bytes32 next) = stepOf(step);
        uint256 fault = (step >> 32) % 8;
        uint64 deadline = uint64(NOW + between(step >> 40, 0, 30 days));
        if (fault == 1) deadline = uint64(between(step >> 40, 0, NOW - 1));
        if (fault == 2) deadline = uint64(between(step >> 40, NOW + 30 days + 1, type(uint64).max));
        signed = fault != 3 && fault != 4;
        item.statement = IRemoteLogHeads.SignedHead(owner, topic, expected, next, deadline);
        (item.r, item.vs) = signatureOf(item.statement, keyOf(step % OWNERS + (fault == 3 ? 1 : 0)), fault == 4);
    }

    function signatureOf(IRemoteLogHeads.SignedHead memory statement, uint256 key, bool malleable)
        private
        view
        returns (bytes32 r, bytes32 vs)
    {
        uint8 v;
        bytes32 s;
        (v, r, s) = cheats.sign(key, digestOf(statement));
        if (malleable) {
            s = bytes32(ORDER - uint256(s));
            v = v == 27 ? 28 : 27;
        }
        // An upper-half s may itself reach into the bit of the parity: then it is another, invalid signature.
        vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
    }

    /// @dev EIP-712, written out anew.
    function digestOf(IRemoteLogHeads.SignedHead memory statement) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("RemoteLogRegistry"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 typeHash =
            keccak256("SignedHead(address owner,bytes32 topic,bytes32 expected,bytes32 next,uint64 deadline)");
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(typeHash, statement))));
    }

    /// @dev Changes one bit of an item; of short fields one that they have.
    function flip(IRemoteLogHeads.SignedByKey memory item, uint256 bit) private pure {
        uint256 mask = 1 << (bit % 256);
        uint256 field = bit / 256;
        if (field == 0) item.statement.owner = address(uint160(item.statement.owner) ^ uint160(1 << (bit % 160)));
        if (field == 1) item.statement.topic ^= bytes32(mask);
        if (field == 2) item.statement.expected ^= bytes32(mask);
        if (field == 3) item.statement.next ^= bytes32(mask);
        if (field == 4) item.statement.deadline ^= uint64(1 << (bit % 64));
        if (field == 5) item.r ^= bytes32(mask);
        if (field == 6) item.vs ^= bytes32(mask);
    }

    function errorOf(address owner, bytes32 topic, bytes32 expected, bytes32 next, bytes32 current)
        private
        pure
        returns (bytes memory)
    {
        if (next == 0) return abi.encodeWithSelector(IRemoteLogHeads.ZeroHead.selector, owner, topic);
        if (next == expected) return abi.encodeWithSelector(IRemoteLogHeads.UnchangedHead.selector, owner, topic, next);
        return abi.encodeWithSelector(IRemoteLogHeads.StaleHead.selector, owner, topic, expected, current);
    }

    function arrayOf(IRemoteLogHeads.SignedByKey memory item)
        private
        pure
        returns (IRemoteLogHeads.SignedByKey[] memory items)
    {
        items = new IRemoteLogHeads.SignedByKey[](1);
        items[0] = item;
    }

    function keyOf(uint256 number) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("owner", number))) >> 1;
    }

    function topicNumber(uint256 number) private pure returns (bytes32) {
        return keccak256(abi.encode("topic", number));
    }

    /// @dev Number 0 is "none".
    function headNumber(uint256 number) private pure returns (bytes32) {
        return number == 0 ? bytes32(0) : keccak256(abi.encode("head", number));
    }
}
