import { RefusedError, RemoteLogError, WrongChainError } from '@remote-log/core'
import { getAddress } from 'ethers'
import { createHardhatRuntimeEnvironment, importUserConfig, resolveHardhatConfigPath } from 'hardhat/hre'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import { carryOut, type Done } from './deploy/carry-out.ts'
import { ENS } from './deploy/contracts.ts'
import { demandCreateX, placeCreateX } from './deploy/create-x.ts'
import { ask, askQuantity, type Node } from './deploy/node.ts'
import { type Options, parseOptions, USAGE } from './deploy/options.ts'
import { type Plan, plan } from './deploy/plan.ts'
import { RECORDS, record } from './deploy/records.ts'
import { asJson, describeDone, describePlan } from './deploy/report.ts'
import { verifySources } from './deploy/verify-sources.ts'
import { writeDeployments } from './generate-deployments.ts'
import { ROOT } from './workspace.ts'

/** `npm run deploy`: one command for a dry run, and for the deployment itself. Running it again changes nothing. */
async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args)
  if (options === undefined) {
    console.log(USAGE)
    return
  }
  process.chdir(ROOT)
  const { default: hre } = await import('hardhat')
  const connection = await hre.network.create({ network: options.network, override: overrideOf(options) })
  try {
    const node = connection.provider
    const chainId = await chainIdOf(node, hre, options)
    if (options.placeCreateX) await placeCreateX(node, hre)
    await demandCreateX(node, chainId)
    const sender = options.dryRun ? options.account : (options.account ?? (await ownAccount(node)))
    const ens = options.ens ?? ENS[chainId]
    const planned = await plan(node, saltOf(hre), { chainId, ens, sender })
    if (!options.json) console.log(describePlan(planned))
    if (options.dryRun) {
      if (options.json) console.log(asJson(planned, undefined))
      return
    }
    const done = await carryOut(connection, hre, planned, { sender: sender!, rpc: options.rpc })
    keep(options, planned, done)
    console.log(options.json ? asJson(planned, done) : describeDone(done, chainId))
    if (options.verify) await verify(options.network, planned)
  } finally {
    await connection.close()
  }
}

/** A dry run asks for no key, and neither does a deployment from an account that the node keeps. */
function overrideOf({ rpc, dryRun, account }: Options): { url?: string; accounts?: 'remote' } {
  return {
    ...(rpc !== undefined && { url: rpc }),
    ...((dryRun || account !== undefined) && { accounts: 'remote' as const }),
  }
}

function saltOf(hre: HardhatRuntimeEnvironment): string {
  const salt = hre.config.ignition.strategyConfig?.create2?.salt
  if (salt === undefined) throw new TypeError('hardhat.config.ts names no salt for CREATE2')
  return salt
}

/** By an environment of its own: the verification plugin takes the network from the global options. */
async function verify(network: string, { chainId, contracts }: Plan): Promise<void> {
  const config = await resolveHardhatConfigPath()
  const hre = await createHardhatRuntimeEnvironment(await importUserConfig(config), { network, config })
  await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
  await verifySources(hre, chainId, contracts)
}

/** @throws WRONG_CHAIN (not the one that the network's name means), UNAVAILABLE */
async function chainIdOf(node: Node, hre: HardhatRuntimeEnvironment, { network }: Options): Promise<number> {
  const got = Number(await askQuantity(node, 'eth_chainId'))
  const expected = hre.config.networks[network]?.chainId
  if (expected !== undefined && got !== expected) {
    throw new WrongChainError(`the node is on chain ${got}, ${network} is chain ${expected}`, {
      expected,
      got,
    })
  }
  return got
}

/** @throws REFUSED (no account) */
async function ownAccount(node: Node): Promise<string> {
  const [account] = (await ask(node, 'eth_accounts')) as string[]
  if (account === undefined) throw new RefusedError('there is no account to pay', { reason: 'no account' })
  return account
}

function keep({ records }: Options, { chainId, contracts }: Plan, done: readonly Done[]): void {
  if (records === undefined) return
  const noted = contracts.map(({ role, address }) => {
    const own = done.find(({ contract }) => contract.role === role)
    return {
      role,
      address: getAddress(address),
      ...(own !== undefined && { block: own.block, transaction: own.transaction }),
    }
  })
  record(records ?? RECORDS, chainId, noted)
  if (records === null) writeDeployments()
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof RemoteLogError) console.error(`${error.code}: ${error.message}`)
  else if (error instanceof Error && error.name === 'HardhatError') console.error(error.message)
  else throw error
  const usage = error instanceof RemoteLogError && error.code === 'INVALID_ARGUMENT'
  process.exitCode = usage ? 2 : 1
})
