// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRemoteLogRegistry} from "./interfaces/IRemoteLogRegistry.sol";
import {Lanes} from "./registry/Lanes.sol";
import {Writers} from "./registry/Writers.sol";

/// @title Registry of logs
/// @notice See {IRemoteLogRegistry}. The order of the parts is the order of their storage, which never changes.
contract RemoteLogRegistry is IRemoteLogRegistry, Writers, Lanes {}
