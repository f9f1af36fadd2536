// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogHeads} from "../../../contracts/interfaces/IRemoteLogHeads.sol";
import {IRemoteLogLanes} from "../../../contracts/interfaces/IRemoteLogLanes.sol";
import {IRemoteLogWriters} from "../../../contracts/interfaces/IRemoteLogWriters.sol";

/// @notice The model that the registry is compared with: the rules as sentences, no thought of gas.
contract NaiveRegistry {
    mapping(address owner => mapping(bytes32 topic => bytes32 head)) public heads;

    /// @notice Whether `owner` may move their head so by a transaction; moves it then.
    function publish(address owner, bytes32 topic, bytes32 expected, bytes32 next) external returns (bool moved) {
        moved = next != bytes32(0) && next != expected && heads[owner][topic] == expected;
        if (moved) heads[owner][topic] = next;
    }

    /// @notice What becomes of a statement; moves the head where nothing speaks against it.
    function submit(IRemoteLogHeads.SignedHead memory statement, bool signed)
        external
        returns (IRemoteLogHeads.Refusal)
    {
        bytes32 current = heads[statement.owner][statement.topic];
        if (statement.next == bytes32(0)) return IRemoteLogHeads.Refusal.ZeroHead;
        if (statement.next == statement.expected) return IRemoteLogHeads.Refusal.UnchangedHead;
        if (block.timestamp > statement.deadline) return IRemoteLogHeads.Refusal.Expired;
        if (statement.deadline > block.timestamp + 2_592_000) return IRemoteLogHeads.Refusal.DeadlineTooFar;
        if (statement.expected != current) return IRemoteLogHeads.Refusal.StaleHead;
        if (!signed) return IRemoteLogHeads.Refusal.BadSignature;
        heads[statement.owner][statement.topic] = statement.next;
        return IRemoteLogHeads.Refusal.None;
    }

    /// @notice As {submit}, but signed by somebody who is to be a writer.
    function submitByWriter(IRemoteLogHeads.SignedHead memory statement, address writer, bool signed)
        external
        returns (IRemoteLogHeads.Refusal)
    {
        IRemoteLogHeads.Refusal reason = this.submit(statement, false);
        if (reason != IRemoteLogHeads.Refusal.BadSignature) return reason;
        if (!mayWrite(statement.owner, statement.topic, writer)) return IRemoteLogHeads.Refusal.NotAWriter;
        return this.submit(statement, signed);
    }

    /// @notice What an owner said of a writer.
    struct Grant {
        uint256 expiry;
        uint256 revision;
        bool listed;
    }

    bytes32 private constant EVERY_TOPIC = bytes32(type(uint256).max);

    mapping(address owner => mapping(bytes32 topic => mapping(address writer => Grant))) public grants;
    mapping(address owner => uint256 count) public writerCounts;

    /// @notice Whether an account may move a head of another's.
    function mayWrite(address owner, bytes32 topic, address writer) public view returns (bool) {
        return _lives(grants[owner][topic][writer]) || _lives(grants[owner][EVERY_TOPIC][writer]);
    }

    /// @notice Whether a transaction of the owner's to authorize goes through; carries it out then.
    function authorize(address owner, bytes32 topic, address writer, uint64 expiry) public returns (bool works) {
        works = writer != address(0) && expiry >= block.timestamp;
        if (!works) return false;
        Grant storage grant = grants[owner][topic][writer];
        if (!grant.listed) ++writerCounts[owner];
        grants[owner][topic][writer] = Grant(expiry, grant.revision + 1, true);
    }

    /// @notice The owner's transaction to revoke.
    function revoke(address owner, bytes32 topic, address writer) public {
        Grant storage grant = grants[owner][topic][writer];
        grant.expiry = 0;
        ++grant.revision;
    }

    /// @notice Whether a signed change of a writer goes through; carries it out then.
    function submitGrant(IRemoteLogWriters.WriterGrant memory grant, bool signed) external returns (bool works) {
        Grant storage standing = grants[grant.owner][grant.topic][grant.writer];
        bool takes = grant.expiry == 0;
        if (!signed || !_inTime(grant.deadline) || !_fits(standing.revision, grant.revision, takes)) return false;
        if (!takes) return authorize(grant.owner, grant.topic, grant.writer, grant.expiry);
        standing.expiry = 0;
        standing.revision = uint256(grant.revision) + 1;
        return true;
    }

    /// @notice What an owner said of a lane.
    struct Lane {
        bool known;
        bool listed;
        bytes32 cutOff;
        uint256 revision;
    }

    mapping(address owner => mapping(bytes32 group => mapping(address laneOwner => mapping(bytes32 laneTopic => Lane))))
        public lanes;
    mapping(address owner => mapping(bytes32 group => IRemoteLogHeads.LogKey[])) private _order;

    /// @notice The lanes of a list in the order of their first time.
    function orderOf(address owner, bytes32 group) external view returns (IRemoteLogHeads.LogKey[] memory) {
        return _order[owner][group];
    }

    /// @notice Whether the owner's transaction to add a lane goes through; carries it out then.
    function addLane(address owner, bytes32 group, address laneOwner, bytes32 laneTopic) public returns (bool works) {
        Lane storage lane = lanes[owner][group][laneOwner][laneTopic];
        if (lane.listed) return false;
        if (!lane.known) _order[owner][group].push(IRemoteLogHeads.LogKey(laneOwner, laneTopic));
        lanes[owner][group][laneOwner][laneTopic] = Lane(true, true, 0, lane.revision + 1);
        return true;
    }

    /// @notice The owner's transaction to remove a lane.
    function removeLane(address owner, bytes32 group, address laneOwner, bytes32 laneTopic, bytes32 cutOff) public {
        Lane storage lane = lanes[owner][group][laneOwner][laneTopic];
        lane.listed = false;
        if (lane.known) lane.cutOff = cutOff;
        ++lane.revision;
    }

    /// @notice Whether a signed change of a lane goes through; carries it out then.
    function submitLane(IRemoteLogLanes.LaneChange memory change, bool signed) external returns (bool works) {
        Lane storage lane = lanes[change.owner][change.group][change.laneOwner][change.laneTopic];
        if (!signed || !_inTime(change.deadline) || !_fits(lane.revision, change.revision, !change.listed)) return false;
        if (change.listed) {
            return change.cutOff == 0 && addLane(change.owner, change.group, change.laneOwner, change.laneTopic);
        }
        removeLane(change.owner, change.group, change.laneOwner, change.laneTopic, change.cutOff);
        lane.revision = uint256(change.revision) + 1;
        return true;
    }

    function _lives(Grant storage grant) private view returns (bool) {
        return grant.expiry >= block.timestamp;
    }

    function _inTime(uint256 deadline) private view returns (bool) {
        return block.timestamp <= deadline && deadline <= block.timestamp + 2_592_000;
    }

    function _fits(uint256 standing, uint256 signed, bool takes) private pure returns (bool) {
        return takes ? standing <= signed && signed < standing + 2 ** 32 : standing == signed;
    }
}
