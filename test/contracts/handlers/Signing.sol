// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {RemoteLogRegistry} from "../../../contracts/RemoteLogRegistry.sol";
import {IRemoteLogHeads} from "../../../contracts/interfaces/IRemoteLogHeads.sol";
import {IRemoteLogLanes} from "../../../contracts/interfaces/IRemoteLogLanes.sol";
import {IRemoteLogWriters} from "../../../contracts/interfaces/IRemoteLogWriters.sol";
import {cheats} from "../support/Cheats.sol";

/// @notice Signs statements, for the registry or, where a test wants that, for another registry or another chain. The
/// types are written out anew.
abstract contract Signing {
    RemoteLogRegistry public registry;

    constructor(RemoteLogRegistry registry_) {
        registry = registry_;
    }

    function signHead(uint256 key, IRemoteLogHeads.SignedHead memory s, bool otherRegistry, bool otherChain)
        internal
        view
        returns (bytes32 r, bytes32 vs)
    {
        bytes32 typeHash =
            keccak256("SignedHead(address owner,bytes32 topic,bytes32 expected,bytes32 next,uint64 deadline)");
        bytes32 statement = keccak256(abi.encode(typeHash, s.owner, s.topic, s.expected, s.next, s.deadline));
        return _sign(key, statement, otherRegistry, otherChain);
    }

    function signGrant(uint256 key, IRemoteLogWriters.WriterGrant memory g, bool otherRegistry, bool otherChain)
        internal
        view
        returns (bytes memory signature)
    {
        bytes32 typeHash = keccak256(
            "WriterGrant(address owner,bytes32 topic,address writer,uint64 expiry,uint64 revision,uint64 deadline)"
        );
        bytes32 statement =
            keccak256(abi.encode(typeHash, g.owner, g.topic, g.writer, g.expiry, g.revision, g.deadline));
        (bytes32 r, bytes32 vs) = _sign(key, statement, otherRegistry, otherChain);
        return abi.encodePacked(r, vs);
    }

    function signLane(uint256 key, IRemoteLogLanes.LaneChange memory c, bool otherRegistry, bool otherChain)
        internal
        view
        returns (bytes memory signature)
    {
        bytes32 typeHash = keccak256(
            "LaneChange(address owner,bytes32 group,address laneOwner,bytes32 laneTopic,bool listed,bytes32 cutOff,uint64 revision,uint64 deadline)"
        );
        bytes memory fields = abi.encode(c.owner, c.group, c.laneOwner, c.laneTopic, c.listed, c.cutOff, c.revision);
        bytes32 statement = keccak256(bytes.concat(typeHash, fields, bytes32(uint256(c.deadline))));
        (bytes32 r, bytes32 vs) = _sign(key, statement, otherRegistry, otherChain);
        return abi.encodePacked(r, vs);
    }

    function _sign(uint256 key, bytes32 statement, bool otherRegistry, bool otherChain)
        private
        view
        returns (bytes32 r, bytes32 vs)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("RemoteLogRegistry"),
                keccak256("1"),
                otherChain ? block.chainid + 1 : block.chainid,
                otherRegistry ? address(this) : address(registry)
            )
        );
        uint8 v;
        bytes32 s;
        (v, r, s) = cheats.sign(key, keccak256(abi.encodePacked(hex"1901", domain, statement)));
        vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
    }
}
