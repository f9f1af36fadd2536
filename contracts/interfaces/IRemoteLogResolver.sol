// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {IENS} from "./IENS.sol";
import {INameWrapper} from "./INameWrapper.sol";
import {IRemoteLogRegistry} from "./IRemoteLogRegistry.sol";
import {
    IAddrResolver,
    IAddressResolver,
    IContentHashResolver,
    IExtendedResolver,
    ITextResolver
} from "./IResolverProfiles.sol";

/// @title Resolver of ENS names that stand for logs
/// @notice Who owns a name in ENS links it to a log ({link}) and makes this the name's resolver (in ENS's registry or
/// name wrapper). From then on the name has these records, and each publish shows in them at once:
///
/// | record | of a linked name |
/// |---|---|
/// | `contenthash` | the log's head (ENSIP-7, Swarm); none before the first publish |
/// | `addr`, also with coin type 60 | the log's owner |
/// | `text` `remotelog.topic` | the log's topic: `0x` and 64 hex digits |
/// | `text` `remotelog.registry` | the registry with its chain (CAIP-10): `eip155:<chain id>:<address>` |
/// | `text` `url` | what was set |
///
/// A link stands as long as the owner for whom it was made owns the name. Under another owner, or none, it counts for
/// nothing; if the name comes back to that owner, so does the link. The *ENS owner* of a node is the one that ENS's
/// registry names, or for a wrapped name the one that the name wrapper names.
///
/// Topics have names without a transaction (ENSIP-10): where `alice.eth` is linked, `chat.alice.eth` is the log of the
/// same owner with the topic `chat`, which is keccak256 of the label. In detail:
/// - The topic that `alice.eth` is linked with is that of `alice.eth` alone.
/// - Where `chat.alice.eth` is linked itself, that counts.
/// - Where `chat.alice.eth` is owned by anybody but the ENS owner of `alice.eth`, only its own link counts.
/// - It goes one label deep: `old.chat.alice.eth` has records only where it or `chat.alice.eth` is linked.
/// - `url` is a record of the linked name alone.
/// - These names are known to {resolve} alone, which gets the name; the other functions get a hash.
///
/// Notes:
/// - What is not there is answered as ENS does: with zero, no bytes, an empty text.
/// - There is no owner of the resolver, no upgrade, no pause and no fee.
interface IRemoteLogResolver is
    IERC165,
    IAddrResolver,
    IAddressResolver,
    ITextResolver,
    IContentHashResolver,
    IExtendedResolver
{
    /// @notice What a node was linked to.
    /// @param authority The node's ENS owner at that time; zero where there is no link.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param url The record `url`.
    struct Link {
        address authority;
        address owner;
        bytes32 topic;
        string url;
    }

    /// @notice Emitted when a node was linked, in place of what it was linked to before. With it come ENS's own
    /// events for the records that a link sets: {AddrChanged}, {AddressChanged}, {TextChanged} for `url`.
    /// `contenthash` changes with each publish, which the registry tells.
    /// @param node Namehash (EIP-137).
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param authority The node's ENS owner, as long as whose ownership the link stands.
    event LogLinked(bytes32 indexed node, address indexed owner, bytes32 indexed topic, address authority);

    /// @notice Emitted when the link of a node was taken away, together with ENS's own events.
    /// @param node Namehash (EIP-137).
    event LogUnlinked(bytes32 indexed node);

    /// @notice Thrown when the caller is neither the node's ENS owner nor an operator that the owner approved where the
    /// name is kept (ENS's registry, or the name wrapper).
    /// @param node Namehash (EIP-137).
    /// @param owner Its ENS owner; zero where there is none.
    /// @param caller Who called.
    error NodeNotOwned(bytes32 node, address owner, address caller);

    /// @notice Thrown when a node would be linked to a log of the account 0x0, which can own none.
    /// @param node Namehash (EIP-137).
    /// @param topic The topic given.
    error ZeroOwner(bytes32 node, bytes32 topic);

    /// @notice Thrown when a link is needed that is not there.
    /// @param node Namehash (EIP-137).
    error NotLinked(bytes32 node);

    /// @notice Thrown when a text record can't be set: all but `url` follow from the link.
    /// @param node Namehash (EIP-137).
    /// @param key The record's key.
    error UnsupportedRecord(bytes32 node, string key);

    /// @notice Thrown by {resolve} for calls that ask for no record of this resolver. ENS's universal resolver uses the
    /// same error.
    /// @param selector The first four bytes of the call, padded with zeros where there are fewer.
    error UnsupportedResolverProfile(bytes4 selector);

    /// @notice Thrown by {resolve} when the call for a record is cut.
    /// @param data The call.
    error MalformedQuery(bytes data);

    /// @notice Thrown by {resolve} when a name is not in the DNS wire format.
    /// @param name The name.
    /// @param offset Where in it: of a label that is longer than what is left, of the end where a zero is missing, or of
    /// the first byte behind the zero.
    error MalformedName(bytes name, uint256 offset);

    /// @notice Thrown by {resolve} when the call for a record is about another node than the name.
    /// @param named Namehash of the name.
    /// @param asked The node in the call.
    error NameMismatch(bytes32 named, bytes32 asked);

    /// @notice Thrown at deployment when there is no contract where one is needed.
    /// @param account The address given.
    error NotAContract(address account);

    /// @notice Links a node to a log, in place of what it was linked to before.
    ///
    /// Emits {LogLinked}, {AddrChanged}, {AddressChanged} and {TextChanged}.
    ///
    /// Notes:
    /// - The log may be anybody's: a link says what a name stands for, not who may write.
    /// - What an operator links stands also when the approval is taken back; the ENS owner links anew, or unlinks.
    ///
    /// Requirements:
    /// - The caller must be the node's ENS owner or an approved operator ({NodeNotOwned}).
    /// - `owner` must not be zero ({ZeroOwner}).
    ///
    /// @param node Namehash (EIP-137).
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param url The record `url`; empty for none.
    function link(bytes32 node, address owner, bytes32 topic, string calldata url) external;

    /// @notice Takes the link of a node away, also one that counts for nothing any more.
    ///
    /// Emits {LogUnlinked}, {AddrChanged}, {AddressChanged} and {TextChanged}.
    ///
    /// Requirements:
    /// - The caller must be the node's ENS owner or an approved operator ({NodeNotOwned}).
    /// - There must be a link ({NotLinked}).
    ///
    /// @param node Namehash (EIP-137).
    function unlink(bytes32 node) external;

    /// @notice Sets a text record (as ENS's public resolver does, whose clients therefore can set it).
    ///
    /// Emits {TextChanged}.
    ///
    /// Requirements:
    /// - The caller must be the node's ENS owner or an approved operator ({NodeNotOwned}).
    /// - `key` must be `url` ({UnsupportedRecord}).
    /// - The node must have a link that stands ({NotLinked}).
    ///
    /// @param node Namehash (EIP-137).
    /// @param key The record's key.
    /// @param value The text; empty for none.
    function setText(bytes32 node, string calldata key, string calldata value) external;

    /// @notice The link of a node, whether it counts or not.
    /// @param node Namehash (EIP-137).
    /// @return linked What the node was linked to; all zero and empty where there is no link.
    /// @return stands Whether it counts: the ENS owner is the one for whom it was made.
    function linkOf(bytes32 node) external view returns (Link memory linked, bool stands);

    /// @notice The ENS owner of a node.
    /// @param node Namehash (EIP-137).
    /// @return account The account; zero where nobody owns it.
    function ensOwnerOf(bytes32 node) external view returns (address account);

    /// @notice Where the heads of logs are kept.
    /// @return registry The contract.
    function REGISTRY() external view returns (IRemoteLogRegistry registry);

    /// @notice ENS's registry.
    /// @return ens The contract.
    function ENS() external view returns (IENS ens);

    /// @notice ENS's name wrapper.
    /// @return nameWrapper The contract; zero on a chain that has none.
    function NAME_WRAPPER() external view returns (INameWrapper nameWrapper);
}
