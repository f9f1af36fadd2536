import { formatEther, formatUnits, getAddress } from 'ethers'
import type { Done } from './carry-out.ts'
import type { Plan } from './plan.ts'

/** What a chain's money is called, where it is not ether. */
const CURRENCY: Readonly<Record<number, string>> = {
  100: 'xDAI',
  10200: 'Chiado xDAI',
  11155111: 'Sepolia ETH',
}

/** Digits behind the point of an amount of money: a millionth of a cent of xDAI. */
const DIGITS = 8

export function currencyOf(chainId: number): string {
  return CURRENCY[chainId] ?? 'ETH'
}

/** What a deployment would do, for people. */
export function describePlan({ chainId, contracts, gasPrice }: Plan): string {
  const gas = contracts.reduce((sum, contract) => sum + (contract.gas ?? 0n), 0n)
  const currency = currencyOf(chainId)
  return [
    `Chain ${chainId}. Gas costs ${gwei(gasPrice.now)} gwei a unit now.`,
    '',
    ...contracts.map(({ name, address, gas: own }) => {
      const what =
        own === undefined ? 'stands already' : `${units(own)} gas, ${money(own * gasPrice.now, currency)}`
      return `${name.padEnd(18)} ${getAddress(address)}  ${what}`
    }),
    '',
    gas === 0n
      ? 'Nothing is left to deploy.'
      : `Together ${units(gas)} gas: ${money(gas * gasPrice.now, currency)} now, ${money(gas * gasPrice.most, currency)} if the base fee doubles.`,
  ].join('\n')
}

/** What a deployment did, for people. */
export function describeDone(done: readonly Done[], chainId: number): string {
  return done
    .map(
      ({ contract, block, transaction, gasUsed, paid }) =>
        `${contract.name} deployed in block ${block} by ${transaction}: ${units(gasUsed)} gas, ${money(paid, currencyOf(chainId))}`,
    )
    .join('\n')
}

/** The same for programs; amounts are decimal strings, in gas units and wei. */
export function asJson(plan: Plan, done: readonly Done[] | undefined): string {
  return JSON.stringify({
    chainId: plan.chainId,
    gasPrice: { now: `${plan.gasPrice.now}`, most: `${plan.gasPrice.most}` },
    contracts: plan.contracts.map(({ role, name, address, standing, gas }) => {
      const own = done?.find(({ contract }) => contract.role === role)
      return {
        role,
        name,
        address: getAddress(address),
        stoodBefore: standing,
        ...(gas !== undefined && { gas: `${gas}`, cost: `${gas * plan.gasPrice.now}` }),
        ...(own !== undefined && {
          block: own.block,
          transaction: own.transaction,
          gasUsed: `${own.gasUsed}`,
          paid: `${own.paid}`,
        }),
      }
    }),
  })
}

function units(gas: bigint): string {
  return gas.toLocaleString('en')
}

function gwei(wei: bigint): string {
  return Number(formatUnits(wei, 'gwei')).toLocaleString('en', { maximumSignificantDigits: 4 })
}

function money(wei: bigint, currency: string): string {
  return `${Number(formatEther(wei)).toLocaleString('en', { maximumFractionDigits: DIGITS })} ${currency}`
}
