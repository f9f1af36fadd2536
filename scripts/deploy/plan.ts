import { type Address, UnavailableError } from '@remote-log/core'
import { contractsOf, type DeployedContract, type Ens } from './contracts.ts'
import { addressOf, CREATE_X, encodeDeployment } from './create-x.ts'
import { ask, askQuantity, codeAt, type Node } from './node.ts'

/** Whose place a dry run takes: an account without code or key. */
const NOBODY = '0x000000000000000000000000000000000000dead'

/** A contract with its address on this chain. */
export interface PlannedContract extends DeployedContract {
  readonly address: Address
  readonly standing: boolean
  /** Gas units that its deployment takes; undefined where it stands. */
  readonly gas: bigint | undefined
}

/** Wei for a gas unit. */
export interface GasPrice {
  /** What it would be in the newest block: its base fee and the tip that the node advises. */
  readonly now: bigint
  /** If the base fee doubled, which takes six full blocks (EIP-1559). */
  readonly most: bigint
}

export interface Plan {
  readonly chainId: number
  readonly contracts: readonly PlannedContract[]
  readonly gasPrice: GasPrice
}

/** What a deployment to the node's chain would do. Sends nothing. `salt`: of CREATE2. @throws UNAVAILABLE */
export async function plan(
  node: Node,
  salt: string,
  options: { readonly chainId: number; readonly ens: Ens | undefined; readonly sender: string | undefined },
): Promise<Plan> {
  const { chainId, ens, sender = NOBODY } = options
  const contracts: PlannedContract[] = []
  for (const contract of contractsOf(ens, initCode => addressOf(salt, initCode))) {
    const address = addressOf(salt, contract.initCode)
    const standing = (await codeAt(node, address)) !== '0x'
    const missing = contract.needs.filter(need => !contracts.find(other => other.address === need)?.standing)
    const gas = standing
      ? undefined
      : await estimate(node, { salt, sender, initCode: contract.initCode }, missing)
    contracts.push({ ...contract, address, standing, gas })
  }
  return { chainId, contracts, gasPrice: await gasPriceOf(node) }
}

/**
 * Gas units of a deployment. In the place of contracts that do not stand yet the factory is named to the constructor,
 * which wants some contract there. On top of the newest block: on top of the pending one the estimate fails where the
 * same deployment waits to be mined.
 */
function estimate(
  node: Node,
  { salt, initCode, sender }: { readonly salt: string; readonly initCode: string; readonly sender: string },
  missing: readonly Address[],
): Promise<bigint> {
  const possible = missing.reduce((code, need) => code.replaceAll(need.slice(2), CREATE_X.slice(2)), initCode)
  const call = { from: sender, to: CREATE_X, data: encodeDeployment(salt, possible) }
  return askQuantity(node, 'eth_estimateGas', call, 'latest')
}

async function gasPriceOf(node: Node): Promise<GasPrice> {
  const block = (await ask(node, 'eth_getBlockByNumber', 'latest', false)) as {
    baseFeePerGas?: string
  } | null
  if (block === null) throw new UnavailableError('the node has no latest block')
  if (block.baseFeePerGas === undefined) {
    const price = await askQuantity(node, 'eth_gasPrice')
    return { now: price, most: price }
  }
  const base = BigInt(block.baseFeePerGas)
  const tip = await askQuantity(node, 'eth_maxPriorityFeePerGas')
  return { now: base + tip, most: 2n * base + tip }
}
