// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRemoteLogLanes} from "./IRemoteLogLanes.sol";
import {IRemoteLogWriters} from "./IRemoteLogWriters.sol";

/// @title Registry of logs
/// @notice Everything that the registry does, in three parts: heads of logs ({IRemoteLogHeads}), writers, who may move
/// heads for an owner ({IRemoteLogWriters}), and lanes, the lists of logs that belong together ({IRemoteLogLanes}).
///
/// Notes:
/// - There is no owner of the registry, no upgrade, no pause and no fee.
/// - Writers and lanes are statements of an owner. Neither can hold a head up: the owner's own {IRemoteLogHeads-publish}
///   looks at nothing but the head.
interface IRemoteLogRegistry is IRemoteLogWriters, IRemoteLogLanes {}
