// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

/// @title Heads of logs
/// @notice Keeps, for each log, its head: the 32-byte Swarm reference of the log's newest page. A log is named by its
/// owner (an account) and a topic (32 bytes that the owner chooses). A head moves by compare-and-swap only: whoever
/// moves it names the head that they believe to stand.
///
/// A head moves by its owner's own transaction ({publish}), or by a statement that the owner signed (EIP-712) and that
/// anybody may submit ({publishSigned} for keys, {publishSignedByWallets} for contracts). The typed data signed is
///
///     SignedHead(address owner,bytes32 topic,bytes32 expected,bytes32 next,uint64 deadline)
///
/// in the domain that {IERC5267-eip712Domain} returns: name "RemoteLogRegistry", version "1", chain id, this address.
///
/// Notes:
/// - The account 0x0 can own no log.
/// - No nonce is stored. A statement works once because its `expected` no longer stands afterwards. An owner who moves
///   a head back to an earlier value revives the statements from that value until their deadline, and no longer: that
///   is why every statement has a deadline, at most {MAX_LEAD} ahead.
/// - A head is stored as it is given. The registry does not know whether anything is stored at the reference.
interface IRemoteLogHeads is IERC5267 {
    /// @notice What names a log.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about: 32 bytes that the owner chooses.
    struct LogKey {
        address owner;
        bytes32 topic;
    }

    /// @notice The block in whose state a call runs, as the call sees it. It names no hash: a block can't know its own.
    /// @param number The block's number. Nodes differ: some run calls as if in the block after the one asked for, and
    /// some chains put another chain's number here (Arbitrum: the one of Ethereum).
    /// @param timestamp The block's Unix time in seconds.
    /// @param parentHash The hash of block `number - 1`; zero where the chain does not tell.
    struct SeenBlock {
        uint256 number;
        uint256 timestamp;
        bytes32 parentHash;
    }

    /// @notice What is signed (EIP-712): the owner wants the head of a log to move.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param expected The head that must stand; zero where none does yet.
    /// @param next The head to set: a Swarm reference of 32 bytes, neither zero nor `expected`.
    /// @param deadline The last moment at which the statement works: Unix time in seconds.
    struct SignedHead {
        address owner;
        bytes32 topic;
        bytes32 expected;
        bytes32 next;
        uint64 deadline;
    }

    /// @notice A statement with the signature of the owner's key.
    /// @param statement What is signed.
    /// @param r The signature's r.
    /// @param vs The parity of the signature's y in the highest bit, s in the rest (EIP-2098). s must be in the lower
    /// half of the curve's order (EIP-2): the other signature that the same key could have made is refused.
    struct SignedByKey {
        SignedHead statement;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A statement that a contract wallet stands for (ERC-1271).
    /// @param statement What is signed; its owner is the wallet.
    /// @param signature What the wallet's `isValidSignature` wants to see; any number of bytes.
    struct SignedByWallet {
        SignedHead statement;
        bytes signature;
    }

    /// @notice Why an item of a batch was refused, in the order in which it is checked; `NotAWriter` stands last so that
    /// no number changed, and is checked before `BadSignature`.
    /// @param None It was not refused: the head moved.
    /// @param ZeroHead `next` is zero.
    /// @param UnchangedHead `next` equals `expected`: such a statement would work again and again.
    /// @param Expired The deadline has passed.
    /// @param DeadlineTooFar The deadline is more than {MAX_LEAD} seconds ahead.
    /// @param StaleHead Another head than `expected` stands.
    /// @param BadSignature The owner did not sign this statement, or the signature is malleable (s in the upper half),
    /// or the wallet did not confirm it in time.
    /// @param NotAWriter The account that the item names as its writer was never authorized for the log, or its time is
    /// over, or it was revoked.
    enum Refusal {
        None,
        ZeroHead,
        UnchangedHead,
        Expired,
        DeadlineTooFar,
        StaleHead,
        BadSignature,
        NotAWriter
    }

    /// @notice Emitted when a head moved. The head before is the one of the log's previous event.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param head The head that stands from now on: a Swarm reference of 32 bytes.
    event HeadMoved(address indexed owner, bytes32 indexed topic, bytes32 head);

    /// @notice Emitted when an item of a batch was refused; nothing changed for its log. Whoever submits a batch can
    /// cause this event for any owner: it says nothing about what the owner did.
    /// @param owner The account that the item names.
    /// @param topic The topic that the item names.
    /// @param index Position of the item in its batch, counted from 0.
    /// @param reason Why it was refused; never `None`.
    /// @param current The head that stands for the log that the item names; zero where none does.
    event SignedHeadRefused(
        address indexed owner, bytes32 indexed topic, uint256 index, Refusal reason, bytes32 current
    );

    /// @notice Thrown when another head than the expected one stands.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param expected The head that the caller believed to stand.
    /// @param current The head that stands; zero where none does.
    error StaleHead(address owner, bytes32 topic, bytes32 expected, bytes32 current);

    /// @notice Thrown when a head would become zero, which means "never published" and can't be gone back to.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    error ZeroHead(address owner, bytes32 topic);

    /// @notice Thrown when the next head is the expected one.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @param head The head given as both.
    error UnchangedHead(address owner, bytes32 topic, bytes32 head);

    /// @notice Thrown when the owner of a statement has more bits than an address.
    /// @param word The word that stands in its place.
    error NotAnAddress(uint256 word);

    /// @notice Thrown when so little gas is left that a wallet would be asked with less than {WALLET_GAS}. Without it
    /// a gas estimate would settle on an amount with which every wallet fails.
    /// @param index Position in the batch of the item that was next, counted from 0.
    /// @param needed Gas units that must be left before asking its wallet.
    /// @param left Gas units that were left.
    error NotEnoughGas(uint256 index, uint256 needed, uint256 left);

    /// @notice Moves the head of one of the caller's logs.
    ///
    /// Emits {HeadMoved}.
    ///
    /// Requirements:
    /// - `next` must be neither zero ({ZeroHead}) nor `expected` ({UnchangedHead}).
    /// - `expected` must be the head that stands ({StaleHead}).
    ///
    /// @param topic What the log is about.
    /// @param expected The head that must stand; zero where none does yet.
    /// @param next The head to set: a Swarm reference of 32 bytes.
    function publish(bytes32 topic, bytes32 expected, bytes32 next) external;

    /// @notice Moves the heads that owners signed for with their keys. Anybody may call it.
    ///
    /// Emits {HeadMoved} for each item that was carried out and {SignedHeadRefused} for each that was not.
    ///
    /// Notes:
    /// - Items are independent and carried out in order; a refused item changes nothing and stops nothing. Two
    ///   consecutive steps of one log may stand in one batch.
    /// - The code of an owner does not matter here: an account that delegates (EIP-7702) still has its key.
    /// - A call without a transaction (`eth_call`) tells beforehand what would become of each item.
    ///
    /// @param items The statements with their signatures.
    /// @return outcomes One byte for each item, in order: a {Refusal}, 0 where the head moved.
    function publishSigned(SignedByKey[] calldata items) external returns (bytes memory outcomes);

    /// @notice Moves the heads that contract wallets stand for (ERC-1271). Anybody may call it.
    ///
    /// Emits {HeadMoved} for each item that was carried out and {SignedHeadRefused} for each that was not.
    ///
    /// Notes:
    /// - A wallet is asked with {WALLET_GAS} at most, may change no state while asked, and whatever it answers, only its
    ///   own item depends on it.
    /// - A wallet may also call {publish} itself.
    ///
    /// Requirements:
    /// - Before each wallet is asked, enough gas must be left to give it {WALLET_GAS} ({NotEnoughGas}).
    ///
    /// @param items The statements with what their wallets want to see.
    /// @return outcomes One byte for each item, in order: a {Refusal}, 0 where the head moved.
    function publishSignedByWallets(SignedByWallet[] calldata items) external returns (bytes memory outcomes);

    /// @notice The head of a log.
    /// @param owner The account whose log it is.
    /// @param topic What the log is about.
    /// @return head A Swarm reference of 32 bytes; zero where the log was never published.
    function headOf(address owner, bytes32 topic) external view returns (bytes32 head);

    /// @notice The heads of many logs, all at the same block.
    /// @param logs The logs asked for.
    /// @return heads One for each log, in order; zero where a log was never published.
    function headsOf(LogKey[] calldata logs) external view returns (bytes32[] memory heads);

    /// @notice The heads of many logs, and the block at which they were read. A reader asks for the newest block at the
    /// same time; where both are the same block, one round of requests gives heads with the hash of their block.
    /// @param logs The logs asked for.
    /// @return seen The block in whose state the heads stand, as the call sees it.
    /// @return heads One for each log, in order; zero where a log was never published.
    function headsWithBlock(LogKey[] calldata logs)
        external
        view
        returns (SeenBlock memory seen, bytes32[] memory heads);

    /// @notice How far ahead a deadline may be.
    /// @return lead Seconds.
    function MAX_LEAD() external view returns (uint64 lead);

    /// @notice What a wallet gets to check a signature.
    /// @return gasUnits Gas units.
    function WALLET_GAS() external view returns (uint256 gasUnits);
}
