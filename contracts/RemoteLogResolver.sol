// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {CAIP10} from "@openzeppelin/contracts/utils/CAIP10.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {DnsName} from "./DnsName.sol";
import {IENS} from "./interfaces/IENS.sol";
import {INameWrapper} from "./interfaces/INameWrapper.sol";
import {IRemoteLogRegistry} from "./interfaces/IRemoteLogRegistry.sol";
import {IRemoteLogResolver} from "./interfaces/IRemoteLogResolver.sol";
import {
    IAddrResolver,
    IAddressResolver,
    IContentHashResolver,
    IExtendedResolver,
    ITextResolver
} from "./interfaces/IResolverProfiles.sol";

/// @title Resolver of ENS names that stand for logs
/// @notice See {IRemoteLogResolver}.
contract RemoteLogResolver is IRemoteLogResolver, ERC165 {
    using Strings for string;

    /// @inheritdoc IRemoteLogResolver
    IRemoteLogRegistry public immutable REGISTRY;

    /// @inheritdoc IRemoteLogResolver
    IENS public immutable ENS;

    /// @inheritdoc IRemoteLogResolver
    INameWrapper public immutable NAME_WRAPPER;

    /// @dev Ethereum's number in SLIP-44.
    uint256 private constant _COIN_TYPE_ETH = 60;

    /// @dev What ENSIP-7 puts before the 32 bytes of a Swarm reference, all but the last two bytes as varints of the
    /// multicodec table: swarm-ns (0xe4), CID version 1, swarm-manifest (0xfa), keccak-256 (0x1b), 32 bytes.
    bytes7 private constant _SWARM_PREFIX = 0xe40101fa011b20;

    string private constant _TOPIC_KEY = "remotelog.topic";
    string private constant _REGISTRY_KEY = "remotelog.registry";
    string private constant _URL_KEY = "url";

    /// @dev What a name stands for; of the owner zero where for nothing.
    struct Log {
        address owner;
        bytes32 topic;
        string url;
    }

    mapping(bytes32 node => Link link) private _links;

    /// @param registry Where the heads of logs are kept.
    /// @param ens ENS's registry.
    /// @param nameWrapper ENS's name wrapper; zero on a chain that has none.
    constructor(IRemoteLogRegistry registry, IENS ens, INameWrapper nameWrapper) {
        if (address(registry).code.length == 0) revert NotAContract(address(registry));
        if (address(ens).code.length == 0) revert NotAContract(address(ens));
        if (address(nameWrapper) != address(0) && address(nameWrapper).code.length == 0) {
            revert NotAContract(address(nameWrapper));
        }
        REGISTRY = registry;
        ENS = ens;
        NAME_WRAPPER = nameWrapper;
    }

    /// @inheritdoc IRemoteLogResolver
    function link(bytes32 node, address owner, bytes32 topic, string calldata url) external {
        address authority = _authorityFor(node);
        if (owner == address(0)) revert ZeroOwner(node, topic);
        _links[node] = Link(authority, owner, topic, url);
        emit LogLinked(node, owner, topic, authority);
        emit AddrChanged(node, owner);
        emit AddressChanged(node, _COIN_TYPE_ETH, abi.encodePacked(owner));
        emit TextChanged(node, _URL_KEY, _URL_KEY, url);
    }

    /// @inheritdoc IRemoteLogResolver
    function unlink(bytes32 node) external {
        _authorityFor(node);
        if (_links[node].authority == address(0)) revert NotLinked(node);
        delete _links[node];
        emit LogUnlinked(node);
        emit AddrChanged(node, address(0));
        emit AddressChanged(node, _COIN_TYPE_ETH, "");
        emit TextChanged(node, _URL_KEY, _URL_KEY, "");
    }

    /// @inheritdoc IRemoteLogResolver
    function setText(bytes32 node, string calldata key, string calldata value) external {
        address authority = _authorityFor(node);
        if (!_URL_KEY.equal(key)) revert UnsupportedRecord(node, key);
        Link storage linked = _links[node];
        if (linked.authority != authority) revert NotLinked(node);
        linked.url = value;
        emit TextChanged(node, _URL_KEY, _URL_KEY, value);
    }

    /// @inheritdoc IAddrResolver
    function addr(bytes32 node) external view returns (address account) {
        return _logOf(node).owner;
    }

    /// @inheritdoc IAddressResolver
    function addr(bytes32 node, uint256 coinType) external view returns (bytes memory account) {
        return _addressOf(_logOf(node), coinType);
    }

    /// @inheritdoc ITextResolver
    function text(bytes32 node, string calldata key) external view returns (string memory value) {
        return _textOf(_logOf(node), key);
    }

    /// @inheritdoc IContentHashResolver
    function contenthash(bytes32 node) external view returns (bytes memory hash) {
        return _contenthashOf(_logOf(node));
    }

    /// @inheritdoc IExtendedResolver
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory result) {
        (bytes32 node, bytes32 parent, bytes32 label) = DnsName.parse(name);
        bytes4 selector = bytes4(data);
        if (
            selector != IAddrResolver.addr.selector && selector != IAddressResolver.addr.selector
                && selector != ITextResolver.text.selector && selector != IContentHashResolver.contenthash.selector
        ) revert UnsupportedResolverProfile(selector);
        bytes32 asked = _wordAt(data, 4);
        if (asked != node) revert NameMismatch(node, asked);

        Log memory log = _logOfName(node, parent, label);
        if (selector == IAddrResolver.addr.selector) return abi.encode(log.owner);
        if (selector == IContentHashResolver.contenthash.selector) return abi.encode(_contenthashOf(log));
        if (selector == ITextResolver.text.selector) return abi.encode(_textOf(log, _keyIn(data)));
        return abi.encode(_addressOf(log, uint256(_wordAt(data, 36))));
    }

    /// @inheritdoc IRemoteLogResolver
    function linkOf(bytes32 node) external view returns (Link memory linked, bool stands) {
        linked = _links[node];
        (address authority,) = _ensOwnerOf(node);
        stands = _stands(linked.authority, authority);
    }

    /// @inheritdoc IRemoteLogResolver
    function ensOwnerOf(bytes32 node) external view returns (address account) {
        (account,) = _ensOwnerOf(node);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC165, IERC165) returns (bool supported) {
        return interfaceId == type(IRemoteLogResolver).interfaceId || interfaceId == type(IAddrResolver).interfaceId
            || interfaceId == type(IAddressResolver).interfaceId || interfaceId == type(ITextResolver).interfaceId
            || interfaceId == type(IContentHashResolver).interfaceId
            || interfaceId == type(IExtendedResolver).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Makes sure that the caller may act for the node's ENS owner, and says who that is.
    function _authorityFor(bytes32 node) private view returns (address authority) {
        bool isWrapped;
        (authority, isWrapped) = _ensOwnerOf(node);
        if (authority == address(0)) revert NodeNotOwned(node, authority, msg.sender);
        if (authority == msg.sender) return authority;
        bool approved = isWrapped
            ? NAME_WRAPPER.isApprovedForAll(authority, msg.sender)
            : ENS.isApprovedForAll(authority, msg.sender);
        if (!approved) revert NodeNotOwned(node, authority, msg.sender);
    }

    /// @dev Who owns the node, and whether this is the name wrapper's word.
    function _ensOwnerOf(bytes32 node) private view returns (address owner, bool isWrapped) {
        owner = ENS.owner(node);
        isWrapped = owner != address(0) && owner == address(NAME_WRAPPER);
        if (isWrapped) owner = NAME_WRAPPER.ownerOf(uint256(node));
    }

    /// @dev Whether what was linked for one owner counts under another. No owner is nobody's successor.
    function _stands(address linkedFor, address authority) private pure returns (bool stands) {
        return linkedFor != address(0) && linkedFor == authority;
    }

    /// @dev What a node stands for by its own link.
    function _logOf(bytes32 node) private view returns (Log memory log) {
        return _logOfName(node, 0, 0);
    }

    /// @dev What a name stands for, by its own link or by that of its parent. The root, zero, is no parent.
    function _logOfName(bytes32 node, bytes32 parent, bytes32 label) private view returns (Log memory log) {
        (address authority,) = _ensOwnerOf(node);
        Link storage own = _links[node];
        if (_stands(own.authority, authority)) return Log(own.owner, own.topic, own.url);
        if (parent == 0) return log;

        (address above,) = _ensOwnerOf(parent);
        Link storage inherited = _links[parent];
        if (!_stands(inherited.authority, above)) return log;
        // A name that somebody else holds is theirs to link.
        if (authority != address(0) && authority != above) return log;
        (log.owner, log.topic) = (inherited.owner, label);
    }

    function _contenthashOf(Log memory log) private view returns (bytes memory hash) {
        bytes32 head = REGISTRY.headOf(log.owner, log.topic);
        return head == 0 ? bytes("") : abi.encodePacked(_SWARM_PREFIX, head);
    }

    function _addressOf(Log memory log, uint256 coinType) private pure returns (bytes memory account) {
        return coinType == _COIN_TYPE_ETH && log.owner != address(0) ? abi.encodePacked(log.owner) : bytes("");
    }

    function _textOf(Log memory log, string calldata key) private view returns (string memory value) {
        if (log.owner == address(0)) return "";
        if (_TOPIC_KEY.equal(key)) return Strings.toHexString(uint256(log.topic), 32);
        if (_REGISTRY_KEY.equal(key)) return CAIP10.local(address(REGISTRY));
        return _URL_KEY.equal(key) ? log.url : "";
    }

    /// @dev The key in a call of `text(bytes32,string)`.
    function _keyIn(bytes calldata data) private pure returns (string calldata key) {
        uint256 offset = uint256(_wordAt(data, 36));
        if (offset > data.length) revert MalformedQuery(data);
        // Counted from the first argument, behind the selector.
        uint256 length = uint256(_wordAt(data, 4 + offset));
        uint256 start = 4 + offset + 32;
        if (length > data.length - start) revert MalformedQuery(data);
        return string(data[start:start + length]);
    }

    /// @dev The 32 bytes of a call that begin at `offset`.
    function _wordAt(bytes calldata data, uint256 offset) private pure returns (bytes32 word) {
        if (data.length < offset + 32) revert MalformedQuery(data);
        return bytes32(data[offset:offset + 32]);
    }
}
