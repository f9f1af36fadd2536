// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRemoteLogLanes} from "../interfaces/IRemoteLogLanes.sol";
import {Heads} from "./Heads.sol";

/// @title Lists of logs that belong together
/// @notice See {IRemoteLogLanes}.
abstract contract Lanes is IRemoteLogLanes, Heads {
    /// @inheritdoc IRemoteLogLanes
    uint256 public constant MAX_LANES = 1024;

    bytes32 private constant _CHANGE_TYPEHASH = keccak256(
        "LaneChange(address owner,bytes32 group,address laneOwner,bytes32 laneTopic,bool listed,bytes32 cutOff,uint64 revision,uint64 deadline)"
    );

    /// @dev Three slots.
    struct Lane {
        address owner;
        bool listed;
        bytes32 topic;
        bytes32 cutOff;
    }

    /// @dev Where a lane is in its list, counted from 1; 0: nowhere. One slot.
    struct Place {
        uint64 position;
        uint64 revision;
    }

    struct LaneList {
        Lane[] lanes;
        mapping(bytes32 log => Place place) places;
    }

    /// @dev Lists, by what a log of that owner and with the group as its topic is called.
    mapping(bytes32 list => LaneList lanes) private _lists;

    /// @inheritdoc IRemoteLogLanes
    function addLane(bytes32 group, address laneOwner, bytes32 laneTopic) external {
        uint64 revision = _revisionOf(msg.sender, group, laneOwner, laneTopic);
        _add(msg.sender, group, laneOwner, laneTopic, revision + 1);
    }

    /// @inheritdoc IRemoteLogLanes
    function removeLane(bytes32 group, address laneOwner, bytes32 laneTopic, bytes32 cutOff) external {
        uint64 revision = _revisionOf(msg.sender, group, laneOwner, laneTopic);
        _remove(msg.sender, group, laneOwner, laneTopic, cutOff, revision + 1);
    }

    /// @inheritdoc IRemoteLogLanes
    function setLaneSigned(LaneChange calldata change, bytes calldata signature) external {
        (address owner, bytes32 group, bool listed) = (change.owner, change.group, change.listed);
        (address laneOwner, bytes32 laneTopic) = (change.laneOwner, change.laneTopic);
        uint64 current = _revisionOf(owner, group, laneOwner, laneTopic);
        uint64 revision = _revisionAfter(current, change.revision, !listed);
        _demandSigned(owner, keccak256(abi.encode(_CHANGE_TYPEHASH, change)), change.deadline, signature);
        if (!listed) return _remove(owner, group, laneOwner, laneTopic, change.cutOff, revision);
        if (change.cutOff != 0) revert CutOffOfListedLane(owner, group, change.cutOff);
        _add(owner, group, laneOwner, laneTopic, revision);
    }

    /// @inheritdoc IRemoteLogLanes
    function lanesOf(address owner, bytes32 group, uint256 offset, uint256 limit)
        external
        view
        returns (SeenBlock memory seen, uint256 total, LaneState[] memory lanes)
    {
        LaneList storage list = _listAt(owner, group);
        seen = _seenBlock();
        total = list.lanes.length;
        lanes = new LaneState[](_countFrom(total, offset, limit));
        for (uint256 i = 0; i < lanes.length; ++i) {
            Lane storage lane = list.lanes[offset + i];
            lanes[i] = _stateOf(list, LogKey(lane.owner, lane.topic));
        }
    }

    /// @inheritdoc IRemoteLogLanes
    function laneOf(address owner, bytes32 group, address laneOwner, bytes32 laneTopic)
        external
        view
        returns (LaneState memory lane)
    {
        return _stateOf(_listAt(owner, group), LogKey(laneOwner, laneTopic));
    }

    /// @dev Puts a lane into a list, at its old place where it has one.
    function _add(address owner, bytes32 group, address laneOwner, bytes32 laneTopic, uint64 revision) private {
        LaneList storage list = _listAt(owner, group);
        Place storage place = list.places[_logOf(laneOwner, laneTopic)];
        uint64 position = place.position;
        place.revision = revision;
        if (position == 0) {
            if (list.lanes.length == MAX_LANES) revert TooManyLanes(owner, group, MAX_LANES);
            list.lanes.push(Lane(laneOwner, true, laneTopic, 0));
            place.position = uint64(list.lanes.length);
        } else {
            Lane storage lane = list.lanes[position - 1];
            if (lane.listed) revert LaneListed(owner, group, laneOwner, laneTopic);
            (lane.listed, lane.cutOff) = (true, 0);
        }
        emit LaneAdded(owner, group, laneOwner, laneTopic, revision);
    }

    /// @dev Takes a lane out of a list; its place stays.
    function _remove(
        address owner,
        bytes32 group,
        address laneOwner,
        bytes32 laneTopic,
        bytes32 cutOff,
        uint64 revision
    ) private {
        LaneList storage list = _listAt(owner, group);
        Place storage place = list.places[_logOf(laneOwner, laneTopic)];
        place.revision = revision;
        if (place.position != 0) {
            Lane storage lane = list.lanes[place.position - 1];
            (lane.listed, lane.cutOff) = (false, cutOff);
        }
        emit LaneRemoved(owner, group, laneOwner, laneTopic, cutOff, revision);
    }

    /// @dev A lane as it stands, with its head.
    function _stateOf(LaneList storage list, LogKey memory log) private view returns (LaneState memory state) {
        Place storage place = list.places[_logOf(log.owner, log.topic)];
        (state.log, state.revision) = (log, place.revision);
        state.head = _headAt(log.owner, log.topic).value;
        if (place.position == 0) return state;
        Lane storage lane = list.lanes[place.position - 1];
        (state.listed, state.cutOff) = (lane.listed, lane.cutOff);
    }

    function _revisionOf(address owner, bytes32 group, address laneOwner, bytes32 laneTopic)
        private
        view
        returns (uint64 revision)
    {
        return _listAt(owner, group).places[_logOf(laneOwner, laneTopic)].revision;
    }

    /// @dev Where a list is kept.
    function _listAt(address owner, bytes32 group) private view returns (LaneList storage list) {
        return _lists[_logOf(owner, group)];
    }
}
