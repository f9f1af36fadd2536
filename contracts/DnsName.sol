// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IRemoteLogResolver} from "./interfaces/IRemoteLogResolver.sol";

/// @title Names in the DNS wire format (RFC 1035 section 3.1, as ENSIP-10 uses it)
/// @notice A label is a byte with its length and so many bytes; a zero ends the name. As everywhere in ENS a label may
/// have up to 255 bytes, there are no compression pointers, and bytes are taken as they are: a client normalizes a name
/// (ENSIP-15) before it asks.
library DnsName {
    /// @dev The hashes that a name stands for (EIP-137).
    /// @return node Namehash of the name; zero for the root.
    /// @return parent Namehash of the name without its first label; zero for the root and below it.
    /// @return label keccak256 of the first label; zero for the root.
    function parse(bytes calldata name) internal pure returns (bytes32 node, bytes32 parent, bytes32 label) {
        // A label has two bytes or more.
        bytes32[] memory labels = new bytes32[](name.length / 2);
        uint256 count = 0;
        uint256 offset = 0;
        while (true) {
            if (offset == name.length) revert IRemoteLogResolver.MalformedName(name, offset);
            uint256 start = offset + 1;
            uint256 end = start + uint8(name[offset]);
            if (end > name.length) revert IRemoteLogResolver.MalformedName(name, offset);
            offset = end;
            if (end == start) break;
            labels[count++] = keccak256(name[start:end]);
        }
        if (offset != name.length) revert IRemoteLogResolver.MalformedName(name, offset);
        if (count == 0) return (0, 0, 0);

        // The hash of a name begins at its last label.
        for (uint256 i = count - 1; i > 0; --i) {
            parent = Hashes.efficientKeccak256(parent, labels[i]);
        }
        label = labels[0];
        node = Hashes.efficientKeccak256(parent, label);
    }
}
