// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IRemoteLogRegistry} from "./interfaces/IRemoteLogRegistry.sol";

/// @title Registry of log heads
/// @notice See {IRemoteLogRegistry}.
contract RemoteLogRegistry is IRemoteLogRegistry, EIP712 {
    /// @inheritdoc IRemoteLogRegistry
    uint64 public constant MAX_LEAD = 30 days;

    /// @inheritdoc IRemoteLogRegistry
    /// @dev A Safe with five owners needs about 40,000; a passkey checked in Solidity (P-256) about 330,000.
    uint256 public constant WALLET_GAS = 400_000;

    /// @dev Gas units that asking costs beside what the wallet gets: the call itself (2,600 for a cold account) and
    /// what is left of the item after it (a new slot 22,100, the event 1,756), rounded up.
    uint256 private constant _ITEM_GAS = 40_000;

    bytes32 private constant _SIGNED_HEAD_TYPEHASH =
        keccak256("SignedHead(address owner,bytes32 topic,bytes32 expected,bytes32 next,uint64 deadline)");

    /// @dev Half the order of secp256k1's group (SEC 2, section 2.4.1), rounded down: the highest s that is taken (EIP-2).
    uint256 private constant _HALF_ORDER =
        uint256(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141) / 2;

    /// @dev All bits but the highest, which is the parity (EIP-2098).
    bytes32 private constant _S_MASK = bytes32(type(uint256).max >> 1);

    /// @dev One slot, as a struct so that its address is computed once for reading and writing.
    struct Head {
        bytes32 value;
    }

    /// @dev The storage layout is part of the interface: readers ask for storage proofs (EIP-1186) of a head at
    /// keccak256(abi.encode(keccak256(abi.encode(owner, topic)), 2)). The inner hash is what a log is called inside its
    /// pages; 2 is this mapping's slot, behind two slots of {EIP712} that stay empty.
    mapping(bytes32 log => Head head) private _heads;

    constructor() EIP712("RemoteLogRegistry", "1") {}

    /// @inheritdoc IRemoteLogRegistry
    function publish(bytes32 topic, bytes32 expected, bytes32 next) external {
        if (next == 0) revert ZeroHead(msg.sender, topic);
        if (next == expected) revert UnchangedHead(msg.sender, topic, next);
        Head storage head = _headAt(msg.sender, topic);
        bytes32 current = head.value;
        if (current != expected) revert StaleHead(msg.sender, topic, expected, current);
        head.value = next;
        emit HeadMoved(msg.sender, topic, next);
    }

    /// @inheritdoc IRemoteLogRegistry
    function publishSigned(SignedByKey[] calldata items) external returns (bytes memory outcomes) {
        bytes32 domain = _domainSeparatorV4();
        outcomes = new bytes(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            SignedByKey calldata item = items[i];
            SignedHead calldata statement = item.statement;
            address owner = statement.owner;
            Head storage head = _headAt(owner, statement.topic);
            Refusal reason = _refusalOf(statement, head.value);
            if (reason == Refusal.None) {
                if (_isSignedByKey(owner, _digestOf(domain, statement), item)) {
                    _move(head, owner, statement);
                    continue;
                }
                reason = Refusal.BadSignature;
            }
            outcomes[i] = _refuse(i, head, statement, reason);
        }
    }

    /// @inheritdoc IRemoteLogRegistry
    function publishSignedByWallets(SignedByWallet[] calldata items) external returns (bytes memory outcomes) {
        bytes32 domain = _domainSeparatorV4();
        outcomes = new bytes(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            SignedByWallet calldata item = items[i];
            SignedHead calldata statement = item.statement;
            address owner = statement.owner;
            Head storage head = _headAt(owner, statement.topic);
            Refusal reason = _refusalOf(statement, head.value);
            if (reason == Refusal.None) {
                if (_isSignedByWallet(i, owner, _digestOf(domain, statement), item)) {
                    _move(head, owner, statement);
                    continue;
                }
                reason = Refusal.BadSignature;
            }
            outcomes[i] = _refuse(i, head, statement, reason);
        }
    }

    /// @inheritdoc IRemoteLogRegistry
    function headOf(address owner, bytes32 topic) external view returns (bytes32 head) {
        return _headAt(owner, topic).value;
    }

    /// @inheritdoc IRemoteLogRegistry
    function headsOf(LogKey[] calldata logs) external view returns (bytes32[] memory heads) {
        return _headsAt(logs);
    }

    /// @inheritdoc IRemoteLogRegistry
    function headsWithBlock(LogKey[] calldata logs)
        external
        view
        returns (SeenBlock memory seen, bytes32[] memory heads)
    {
        return (_seenBlock(), _headsAt(logs));
    }

    /// @dev The heads of logs, in order.
    function _headsAt(LogKey[] calldata logs) private view returns (bytes32[] memory heads) {
        heads = new bytes32[](logs.length);
        for (uint256 i = 0; i < logs.length; ++i) {
            heads[i] = _headAt(logs[i].owner, logs[i].topic).value;
        }
    }

    /// @dev Carries a statement out.
    function _move(Head storage head, address owner, SignedHead calldata statement) private {
        head.value = statement.next;
        emit HeadMoved(owner, statement.topic, statement.next);
    }

    /// @dev Reports why a statement is not carried out.
    function _refuse(uint256 index, Head storage head, SignedHead calldata statement, Refusal reason)
        private
        returns (bytes1 outcome)
    {
        emit SignedHeadRefused(statement.owner, statement.topic, index, reason, head.value);
        return bytes1(uint8(reason));
    }

    /// @dev Everything that can be wrong with a statement but its signature.
    function _refusalOf(SignedHead calldata statement, bytes32 current) private view returns (Refusal reason) {
        if (statement.next == 0) return Refusal.ZeroHead;
        if (statement.next == statement.expected) return Refusal.UnchangedHead;
        uint256 deadline = statement.deadline;
        if (deadline < block.timestamp) return Refusal.Expired;
        if (deadline - block.timestamp > MAX_LEAD) return Refusal.DeadlineTooFar;
        if (statement.expected != current) return Refusal.StaleHead;
        return Refusal.None;
    }

    /// @dev Whether the owner's key signed `digest`, in the one form that is accepted. Written out, as a library's way to
    /// say why not costs 70 gas units a head.
    function _isSignedByKey(address owner, bytes32 digest, SignedByKey calldata item)
        private
        pure
        returns (bool signed)
    {
        bytes32 s = item.vs & _S_MASK;
        if (uint256(s) > _HALF_ORDER) return false;
        address signer = ecrecover(digest, uint8(uint256(item.vs >> 255) + 27), item.r, s);
        // A signature of nobody is answered with the account 0x0.
        return signer == owner && signer != address(0);
    }

    /// @dev Whether the owner, a wallet, answers with ERC-1271's magic value.
    function _isSignedByWallet(uint256 index, address owner, bytes32 digest, SignedByWallet calldata item)
        private
        view
        returns (bool signed)
    {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, item.signature));
        // A call passes on 63/64 of what is left at most (EIP-150).
        uint256 needed = (WALLET_GAS * 64) / 63 + _ITEM_GAS;
        if (gasleft() < needed) revert NotEnoughGas(index, needed, gasleft());
        return _confirms(owner, question);
    }

    /// @dev Asks a wallet. A static call, so that it can move no head meanwhile; its gas is limited, and of its answer
    /// one word is read and no more copied, so that neither a burner of gas nor an endless answer takes the batch down.
    /// An account without code answers nothing, which is a no, and so is any word but the magic value padded by zeros.
    function _confirms(address wallet, bytes memory question) private view returns (bool confirmed) {
        uint256 gasLimit = WALLET_GAS;
        bytes32 magic = IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            let answered := staticcall(gasLimit, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            confirmed := and(and(answered, gt(returndatasize(), 0x1f)), eq(mload(0x00), magic))
        }
    }

    /// @dev The block that this call runs in.
    function _seenBlock() private view returns (SeenBlock memory seen) {
        return SeenBlock(block.number, block.timestamp, blockhash(block.number - 1));
    }

    /// @dev Where a log's head is kept. The hash is keccak256(abi.encode(owner, topic)).
    function _headAt(address owner, bytes32 topic) private view returns (Head storage head) {
        return _heads[Hashes.efficientKeccak256(bytes32(uint256(uint160(owner))), topic)];
    }

    /// @dev What is signed (EIP-712). In calldata a statement lies as the standard encodes it, word by word, so it is
    /// copied whole; unused bits of `owner` and `deadline` are zero, else reading them had reverted before.
    function _digestOf(bytes32 domain, SignedHead calldata statement) private pure returns (bytes32 digest) {
        bytes32 typeHash = _SIGNED_HEAD_TYPEHASH;
        bytes32 statementHash;
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, typeHash)
            calldatacopy(add(encoded, 0x20), statement, 0xa0)
            statementHash := keccak256(encoded, 0xc0)
        }
        return MessageHashUtils.toTypedDataHash(domain, statementHash);
    }
}
