import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RefusedError, UnavailableError } from '@remote-log/core'
import { formatEther, id, toBeHex, zeroPadValue } from 'ethers'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import type { NetworkConnection } from 'hardhat/types/network'
import { CREATE_X } from './create-x.ts'
import { ask, askQuantity, codeAt, type Node } from './node.ts'
import type { Plan, PlannedContract } from './plan.ts'

/** A contract that this run brought to the chain. */
export interface Done {
  readonly contract: PlannedContract
  readonly block: number
  /** Hash of the transaction, `0x` hex. */
  readonly transaction: string
  readonly gasUsed: bigint
  /** Wei. */
  readonly paid: bigint
}

/**
 * Deploys what does not stand yet, by Ignition: it keeps a journal of what it sends, so that a run that is cut off goes
 * on where it was. The journal goes when the contract stands: from then on the chain itself tells.
 * @throws REFUSED (too little money), UNAVAILABLE
 */
export async function carryOut(
  connection: NetworkConnection,
  hre: HardhatRuntimeEnvironment,
  { chainId, contracts, gasPrice }: Plan,
  { sender, rpc = '' }: { readonly sender: string; readonly rpc: string | undefined },
): Promise<Done[]> {
  const node = connection.provider
  const missing = contracts.filter(({ standing }) => !standing)
  await demandMoney(node, sender, missing.reduce((sum, { gas }) => sum + gas!, 0n) * gasPrice.most)
  const before = await askQuantity(node, 'eth_blockNumber')
  const genesis = (await ask(node, 'eth_getBlockByNumber', '0x0', false)) as { hash: string }
  const done: Done[] = []
  for (const contract of missing) {
    const deploymentId = `${journalOf(chainId, genesis.hash, rpc)}-${contract.role}`
    await connection.ignition.deploy(contract.module, {
      strategy: 'create2',
      parameters: { [contract.name]: { ...contract.parameters } },
      defaultSender: sender,
      deploymentId,
    })
    if ((await codeAt(node, contract.address)) === '0x') {
      throw new UnavailableError(`${contract.name} does not stand at ${contract.address}`, {
        address: contract.address,
        journal: deploymentId,
      })
    }
    await rm(join(hre.config.paths.ignition, 'deployments', deploymentId), { recursive: true, force: true })
    done.push({ contract, ...(await receiptOf(node, contract, before)) })
  }
  return done
}

/** The journal of a chain. Chains for tests come and go under one id: it is for one chain, reached in one way. */
export function journalOf(chainId: number, genesis: string, rpc: string): string {
  return `chain-${chainId}-${id(genesis + rpc).slice(2, 18)}`
}

async function demandMoney(node: Node, sender: string, wanted: bigint): Promise<void> {
  const balance = await askQuantity(node, 'eth_getBalance', sender, 'latest')
  if (balance >= wanted) return
  throw new RefusedError(
    `${sender} has ${formatEther(balance)}; have ${formatEther(wanted)} at hand for the case that fees rise`,
    { reason: 'insufficient funds', sender, balance, wanted },
  )
}

/** The factory's event names the contract (ContractCreation, its first indexed argument). */
async function receiptOf(
  node: Node,
  { address }: PlannedContract,
  before: bigint,
): Promise<Omit<Done, 'contract'>> {
  const [event] = (await ask(node, 'eth_getLogs', {
    address: CREATE_X,
    fromBlock: toBeHex(before),
    toBlock: 'latest',
    topics: [null, zeroPadValue(address, 32)],
  })) as { transactionHash: string }[]
  if (event === undefined) throw new UnavailableError('the node has no event of the deployment', { address })
  const transaction = event.transactionHash
  const receipt = (await ask(node, 'eth_getTransactionReceipt', transaction)) as Record<string, string>
  const gasUsed = BigInt(receipt.gasUsed!)
  return {
    block: Number(receipt.blockNumber),
    transaction,
    gasUsed,
    paid: gasUsed * BigInt(receipt.effectiveGasPrice!),
  }
}
