// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogHeads} from "./IRemoteLogHeads.sol";
import {IRemoteLogStatements} from "./IRemoteLogStatements.sol";

/// @title Lanes: logs that belong together
/// @notice An owner lists logs under a name of 32 bytes, the group: those of their own devices, or those of the members of
/// a group. Each is a lane. A reader gets the list with the heads of all its lanes in one call ({lanesOf}), and merges.
///
/// By transaction ({addLane}, {removeLane}), or by a statement of the owner ({setLaneSigned}):
///
///     LaneChange(address owner,bytes32 group,address laneOwner,bytes32 laneTopic,bool listed,bytes32 cutOff,uint64 revision,uint64 deadline)
///
/// Notes:
/// - A lane that is removed stays in the list with a cut-off: the head up to which its entries count. So readers keep
///   what was good, and nobody who holds the lane's key can add to it, before or after.
/// - To list a log says nothing about its owner, who need not know, and gives no right to write.
/// - Writers of the owner can't change lanes.
interface IRemoteLogLanes is IRemoteLogHeads, IRemoteLogStatements {
    /// @notice What is signed (EIP-712): the owner adds a lane to a list, or removes it.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param laneOwner The account whose log the lane is.
    /// @param laneTopic What that log is about.
    /// @param listed True adds the lane, false removes it.
    /// @param cutOff The head up to which a removed lane's entries count; zero: none of them. Zero where it is added.
    /// @param revision The revision that must stand; for a removal, that or any lower one.
    /// @param deadline The last moment at which the statement works: Unix time in seconds.
    struct LaneChange {
        address owner;
        bytes32 group;
        address laneOwner;
        bytes32 laneTopic;
        bool listed;
        bytes32 cutOff;
        uint64 revision;
        uint64 deadline;
    }

    /// @notice A lane as it stands.
    /// @param log The log that it is.
    /// @param listed Whether it is in the list, or was and is removed.
    /// @param cutOff The head up to which a removed lane's entries count; zero: none of them, or listed.
    /// @param head The head that stands for the log, also of a removed lane; zero where it was never published.
    /// @param revision The revision that stands: what the next statement has to name.
    struct LaneState {
        LogKey log;
        bool listed;
        bytes32 cutOff;
        bytes32 head;
        uint64 revision;
    }

    /// @notice Emitted when a lane was added, or added again.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param laneOwner The account whose log the lane is.
    /// @param laneTopic What that log is about.
    /// @param revision The revision that stands from now on.
    event LaneAdded(
        address indexed owner, bytes32 indexed group, address laneOwner, bytes32 laneTopic, uint64 revision
    );

    /// @notice Emitted when a lane was removed, whether it was listed before or not, or its cut-off changed.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param laneOwner The account whose log the lane is.
    /// @param laneTopic What that log is about.
    /// @param cutOff The head up to which its entries count; zero: none of them.
    /// @param revision The revision that stands from now on.
    event LaneRemoved(
        address indexed owner,
        bytes32 indexed group,
        address laneOwner,
        bytes32 laneTopic,
        bytes32 cutOff,
        uint64 revision
    );

    /// @notice Thrown when a lane would be added that is listed.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param laneOwner The account whose log the lane is.
    /// @param laneTopic What that log is about.
    error LaneListed(address owner, bytes32 group, address laneOwner, bytes32 laneTopic);

    /// @notice Thrown when a list would become longer than {MAX_LANES}, removed lanes included.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param most {MAX_LANES}.
    error TooManyLanes(address owner, bytes32 group, uint256 most);

    /// @notice Thrown when a statement adds a lane with a cut-off.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param cutOff The cut-off given.
    error CutOffOfListedLane(address owner, bytes32 group, bytes32 cutOff);

    /// @notice Adds a lane to a list of the caller's, or adds a removed one again.
    ///
    /// Emits {LaneAdded}.
    ///
    /// Requirements:
    /// - The lane must not be listed ({LaneListed}).
    /// - The list must have fewer than {MAX_LANES} lanes, unless the lane was in it before ({TooManyLanes}).
    ///
    /// @param group The list's name.
    /// @param laneOwner The account whose log the lane is.
    /// @param laneTopic What that log is about.
    function addLane(bytes32 group, address laneOwner, bytes32 laneTopic) external;

    /// @notice Removes a lane from a list of the caller's, or changes the cut-off of a removed one.
    ///
    /// Emits {LaneRemoved}.
    ///
    /// Notes:
    /// - It also kills statements that add at the revision that stands, so it works for what was never listed; then
    ///   nothing is kept of the cut-off.
    ///
    /// @param group The list's name.
    /// @param laneOwner The account whose log the lane is.
    /// @param laneTopic What that log is about.
    /// @param cutOff The head up to which its entries count; zero: none of them. It need not stand.
    function removeLane(bytes32 group, address laneOwner, bytes32 laneTopic, bytes32 cutOff) external;

    /// @notice Adds or removes a lane as the owner signed. Anybody may call it.
    ///
    /// Emits {LaneAdded} or {LaneRemoved}.
    ///
    /// Requirements:
    /// - The deadline must not have passed ({StatementExpired}) nor be more than {MAX_LEAD} ahead ({StatementTooEarly}).
    /// - The revision must be the one that stands, for a removal at least that one ({StaleRevision}).
    /// - The owner must have signed ({WrongSignatureLength}, {MalleableSignature}, {WrongSigner}, {WalletRefused}).
    /// - A lane that is added has no cut-off ({CutOffOfListedLane}).
    /// - As {addLane}.
    ///
    /// @param change What is signed.
    /// @param signature The owner's signature.
    function setLaneSigned(LaneChange calldata change, bytes calldata signature) external;

    /// @notice A list with the current heads of all its lanes, in the order in which they were first added, page by page.
    /// With a `limit` of {MAX_LANES} it is whole: about 14 million gas units of a call at most.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param offset How many lanes to skip.
    /// @param limit How many lanes to return at most.
    /// @return seen The block in whose state lanes and heads stand, as the call sees it.
    /// @return total How many lanes there are, removed ones included. The list only grows.
    /// @return lanes The lanes; fewer than `limit` where the list ends.
    function lanesOf(address owner, bytes32 group, uint256 offset, uint256 limit)
        external
        view
        returns (SeenBlock memory seen, uint256 total, LaneState[] memory lanes);

    /// @notice One lane as it stands.
    /// @param owner The account whose list it is.
    /// @param group The list's name.
    /// @param laneOwner The account whose log the lane is.
    /// @param laneTopic What that log is about.
    /// @return lane The lane; not listed and with a zero cut-off where it never was in the list.
    function laneOf(address owner, bytes32 group, address laneOwner, bytes32 laneTopic)
        external
        view
        returns (LaneState memory lane);

    /// @notice How many lanes a list can have, removed ones included.
    /// @return most A number of lanes.
    function MAX_LANES() external view returns (uint256 most);
}
