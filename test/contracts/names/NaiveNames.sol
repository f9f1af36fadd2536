// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice The model that the resolver is compared with: the rules as sentences, names by recursion.
contract NaiveNames {
    struct Link {
        address linkedFor;
        address owner;
        bytes32 topic;
    }

    mapping(bytes32 node => address owner) public owners;
    mapping(address account => mapping(address operator => bool approved)) public approvals;
    mapping(bytes32 node => Link link) public links;

    function give(bytes32 node, address to) external {
        owners[node] = to;
    }

    function approve(address account, address operator, bool approved) external {
        approvals[account][operator] = approved;
    }

    /// @notice Whether this account may link; links then.
    function link(address caller, bytes32 node, address owner, bytes32 topic) external returns (bool allowed) {
        allowed = mayAct(caller, node);
        if (allowed) links[node] = Link(owners[node], owner, topic);
    }

    /// @notice Whether this account may unlink, and whether there is anything; unlinks then.
    function unlink(address caller, bytes32 node) external returns (bool allowed, bool linked) {
        allowed = mayAct(caller, node);
        linked = links[node].linkedFor != address(0);
        if (allowed) delete links[node];
    }

    function mayAct(address caller, bytes32 node) public view returns (bool) {
        address owner = owners[node];
        return owner != address(0) && (caller == owner || approvals[owner][caller]);
    }

    /// @notice The log of a name; of the owner zero where there is none. `parent` is zero where there is no name above.
    function logOf(bytes32 node, bytes32 parent, bytes32 label) external view returns (address owner, bytes32 topic) {
        if (stands(node)) return (links[node].owner, links[node].topic);
        bool free = owners[node] == address(0) || owners[node] == owners[parent];
        if (parent != 0 && free && stands(parent)) return (links[parent].owner, label);
    }

    function stands(bytes32 node) public view returns (bool) {
        return owners[node] != address(0) && links[node].linkedFor == owners[node];
    }

    /// @notice Whether these bytes are a name, and its hashes: of all of it, without the first label, of that label.
    function parse(bytes calldata name)
        external
        view
        returns (bool sound, bytes32 node, bytes32 parent, bytes32 label)
    {
        if (name.length == 0) return (false, 0, 0, 0);
        uint256 length = uint8(name[0]);
        if (length == 0) return (name.length == 1, 0, 0, 0);
        if (name.length < 1 + length) return (false, 0, 0, 0);
        label = keccak256(name[1:1 + length]);
        (sound, parent,,) = this.parse(name[1 + length:]);
        if (!sound) return (false, 0, 0, 0);
        node = keccak256(abi.encode(parent, label));
    }

    /// @notice `0x` and 64 hex digits.
    function hexOf(bytes32 word) external pure returns (string memory) {
        bytes memory digits = "0123456789abcdef";
        bytes memory text = "0x";
        for (uint256 i = 0; i < 32; ++i) {
            text = bytes.concat(text, digits[uint8(word[i]) >> 4], digits[uint8(word[i]) & 15]);
        }
        return string(text);
    }
}
