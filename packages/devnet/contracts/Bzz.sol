// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A token of 16 decimals for development networks, where whoever asks gets it. Worth nothing.
contract Bzz is ERC20 {
    /// Gives each account 1,000 BZZ.
    constructor(address[] memory accounts) ERC20("BZZ of a development network", "BZZ") {
        for (uint256 i = 0; i < accounts.length; ++i) _mint(accounts[i], 1000 * 10 ** decimals());
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function decimals() public pure override returns (uint8 places) {
        places = 16;
    }
}
