// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice The cheat codes of Hardhat's Solidity tests that these tests use.
interface Cheats {
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
    function expectRevert(bytes calldata data) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function assume(bool condition) external pure;
}

/// @dev Where they are answered: the last 20 bytes of keccak256("hevm cheat code").
Cheats constant cheats = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @notice Thrown by {same} where a test finds something else than it wants.
error Differs(string what, bytes32 got, bytes32 wanted);

/// @dev Fails the test unless both are the same.
function same(string memory what, bytes32 got, bytes32 wanted) pure {
    if (got != wanted) revert Differs(what, got, wanted);
}

/// @dev A number between two others, both included.
function between(uint256 x, uint256 low, uint256 high) pure returns (uint256) {
    return low + (x % (high - low + 1));
}
