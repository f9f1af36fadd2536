// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {DnsName} from "../../contracts/DnsName.sol";
import {RemoteLogRegistry} from "../../contracts/RemoteLogRegistry.sol";
import {RemoteLogResolver} from "../../contracts/RemoteLogResolver.sol";
import {INameWrapper} from "../../contracts/interfaces/INameWrapper.sol";
import {IRemoteLogResolver} from "../../contracts/interfaces/IRemoteLogResolver.sol";
import {IAddrResolver, IContentHashResolver, ITextResolver} from "../../contracts/interfaces/IResolverProfiles.sol";
import {EnsDouble} from "./names/EnsDouble.sol";
import {NaiveNames} from "./names/NaiveNames.sol";
import {between, cheats, same} from "./support/Cheats.sol";

/// @notice The resolver against its naive model, on random input.
contract RemoteLogResolverTest {
    /// @dev Few accounts and labels, so that random steps meet.
    uint256 private constant ACCOUNTS = 3;
    uint256 private constant LABELS = 2;

    RemoteLogRegistry private registry;
    EnsDouble private ens;
    RemoteLogResolver private resolver;
    NaiveNames private model;

    function setUp() public {
        registry = new RemoteLogRegistry();
        ens = new EnsDouble();
        resolver = new RemoteLogResolver(registry, ens, INameWrapper(address(0)));
        model = new NaiveNames();
    }

    /// @notice Outside the library, so that its reverts can be caught.
    function parse(bytes calldata name) external pure returns (bytes32 node, bytes32 parent, bytes32 label) {
        return DnsName.parse(name);
    }

    function testFuzz_parsesNamesAsTheModelDoes(bytes[6] memory labels, uint256 count) public view {
        bytes memory name = nameOf(labels, between(count, 0, labels.length));
        (bool sound, bytes32 node, bytes32 parent, bytes32 label) = model.parse(name);
        same("sound", toWord(sound), toWord(true));
        (bytes32 gotNode, bytes32 gotParent, bytes32 gotLabel) = this.parse(name);
        same("node", gotNode, node);
        same("parent", gotParent, parent);
        same("label", gotLabel, label);
    }

    function testFuzz_refusesWhatTheModelRefuses(bytes memory anything) public view {
        compareOutcome(anything);
    }

    function testFuzz_refusesWhatTheModelRefusesOfNamesWithOneByteChanged(
        bytes[4] memory labels,
        uint256 count,
        uint256 position,
        uint8 byteThere
    ) public view {
        bytes memory name = nameOf(labels, between(count, 0, labels.length));
        name[position % name.length] = bytes1(byteThere % 8);
        compareOutcome(name);
    }

    function testFuzz_refusesNamesCutOrWithMoreBehind(bytes[4] memory labels, uint256 count, uint256 length, bytes memory more)
        public
        view
    {
        bytes memory name = nameOf(labels, between(count, 0, labels.length));
        cheats.assume(more.length > 0);
        same("more behind", toWord(parses(bytes.concat(name, more))), toWord(false));
        uint256 cut = length % name.length;
        assembly ("memory-safe") {
            mstore(name, cut)
        }
        same("cut", toWord(parses(name)), toWord(false));
    }

    function testFuzz_standsForWhatTheModelSays(uint256[24] memory steps) public {
        for (uint256 i = 0; i < steps.length; ++i) {
            take(steps[i]);
        }
        for (uint256 first = 0; first < LABELS; ++first) {
            sameLog(nameOf(first), nodeOf(0, first), 0, 0);
            for (uint256 second = 0; second < LABELS; ++second) {
                bytes memory name = bytes.concat(wireLabel(second), nameOf(first));
                sameLog(name, nodeOf(nodeOf(0, first), second), nodeOf(0, first), labelHash(second));
            }
        }
    }

    /// @dev One of: a name changes hands, an approval changes, somebody links, somebody unlinks.
    function take(uint256 step) private {
        address account = accountNumber(step >> 8);
        address other = accountNumber(step >> 16);
        bytes32 node = nodeOf(0, (step >> 24) % LABELS);
        if ((step >> 32) % 2 == 0) node = nodeOf(node, (step >> 40) % LABELS);
        uint256 kind = step % 4;
        if (kind == 0) {
            // Nobody, too.
            address to = (step >> 48) % 4 == 0 ? address(0) : account;
            ens.give(node, to);
            model.give(node, to);
        } else if (kind == 1) {
            bool approved = (step >> 48) % 2 == 0;
            ens.approve(account, other, approved);
            model.approve(account, other, approved);
        } else if (kind == 2) {
            bool allowed = model.link(account, node, other, bytes32(step));
            if (!allowed) cheats.expectRevert(notOwned(node, account));
            cheats.prank(account);
            resolver.link(node, other, bytes32(step), "");
        } else {
            (bool allowed, bool linked) = model.unlink(account, node);
            if (!allowed) cheats.expectRevert(notOwned(node, account));
            else if (!linked) cheats.expectRevert(abi.encodeWithSelector(IRemoteLogResolver.NotLinked.selector, node));
            cheats.prank(account);
            resolver.unlink(node);
        }
    }

    function sameLog(bytes memory name, bytes32 node, bytes32 parent, bytes32 label) private view {
        (address owner, bytes32 topic) = model.logOf(node, parent, label);
        bytes memory answer = resolver.resolve(name, abi.encodeCall(IAddrResolver.addr, (node)));
        same("owner", toWord(abi.decode(answer, (address))), toWord(owner));
        answer = resolver.resolve(name, abi.encodeCall(ITextResolver.text, (node, "remotelog.topic")));
        string memory text = owner == address(0) ? "" : model.hexOf(topic);
        same("topic", keccak256(abi.decode(answer, (bytes))), keccak256(bytes(text)));
        answer = resolver.resolve(name, abi.encodeCall(IContentHashResolver.contenthash, (node)));
        same("no head", bytes32(abi.decode(answer, (bytes)).length), 0);

        // The functions that get a hash know links alone.
        (owner, topic) = model.logOf(node, 0, 0);
        same("owner by node", toWord(resolver.addr(node)), toWord(owner));
        (IRemoteLogResolver.Link memory linked, bool stands) = resolver.linkOf(node);
        same("stands", toWord(stands), toWord(owner != address(0)));
        if (stands) same("topic by node", linked.topic, topic);
    }

    function compareOutcome(bytes memory name) private view {
        (bool sound, bytes32 node,,) = model.parse(name);
        same("sound", toWord(parses(name)), toWord(sound));
        if (!sound) return;
        (bytes32 got,,) = this.parse(name);
        same("node", got, node);
    }

    function parses(bytes memory name) private view returns (bool) {
        try this.parse(name) {
            return true;
        } catch (bytes memory data) {
            same("error", bytes32(bytes4(data)), bytes32(IRemoteLogResolver.MalformedName.selector));
            return false;
        }
    }

    function nameOf(bytes[6] memory labels, uint256 count) private pure returns (bytes memory name) {
        for (uint256 i = 0; i < count; ++i) {
            name = bytes.concat(name, lengthAndLabel(labels[i]));
        }
        return bytes.concat(name, hex"00");
    }

    function nameOf(bytes[4] memory labels, uint256 count) private pure returns (bytes memory name) {
        for (uint256 i = 0; i < count; ++i) {
            name = bytes.concat(name, lengthAndLabel(labels[i]));
        }
        return bytes.concat(name, hex"00");
    }

    /// @dev The label, or one byte where there is none, or its first 255.
    function lengthAndLabel(bytes memory label) private pure returns (bytes memory) {
        if (label.length == 0) label = "x";
        if (label.length > 255) {
            assembly ("memory-safe") {
                mstore(label, 255)
            }
        }
        return bytes.concat(bytes1(uint8(label.length)), label);
    }

    function nameOf(uint256 label) private pure returns (bytes memory) {
        return bytes.concat(wireLabel(label), hex"00");
    }

    function wireLabel(uint256 label) private pure returns (bytes memory) {
        return bytes.concat(hex"01", bytes1(uint8(0x61 + label)));
    }

    function labelHash(uint256 label) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(uint8(0x61 + label))));
    }

    function nodeOf(bytes32 parent, uint256 label) private pure returns (bytes32) {
        return keccak256(abi.encode(parent, labelHash(label)));
    }

    function accountNumber(uint256 n) private pure returns (address) {
        return address(uint160(0xA11CE + (n % ACCOUNTS)));
    }

    function notOwned(bytes32 node, address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IRemoteLogResolver.NodeNotOwned.selector, node, ens.owner(node), caller);
    }

    function toWord(bool value) private pure returns (bytes32) {
        return value ? bytes32(uint256(1)) : bytes32(0);
    }

    function toWord(address value) private pure returns (bytes32) {
        return bytes32(uint256(uint160(value)));
    }
}
