import { parseArgs } from 'node:util'
import { type Address, InvalidArgumentError, parseAddress } from '@remote-log/core'
import type { Ens } from './contracts.ts'

/** The networks of hardhat.config.ts that have a name of their own. */
const NETWORKS = ['sepolia', 'gnosis', 'chiado'] as const

export const USAGE = `npm run deploy -- --network ${NETWORKS.join('|')} [OPTIONS]
npm run deploy -- --rpc URL [OPTIONS]

Deploys what does not stand yet: the registry, the verifier and, where there is ENS, the resolver.

  --dry-run               send nothing, need no key: print addresses, gas and cost
  --network NAME          the network; its RPC URL may be set by NAME_RPC_URL (environment or keystore)
  --rpc URL               another RPC URL, or another chain
  --account ADDRESS       send from this account, which the node or wallet behind the RPC URL signs for;
                          without it the key is DEPLOYER_KEY (keystore or environment)
  --ens ADDRESS           ENS's registry, on a chain that is not known for one
  --name-wrapper ADDRESS  its name wrapper, if there is one
  --verify                send the sources to Etherscan, Blockscout and Sourcify
  --place-createx         first place the factory CreateX; on chains for tests alone
  --records FILE          note the addresses here; by default in scripts/deploy/records.json, or nowhere with --rpc
  --json                  print JSON`

export interface Options {
  readonly network: string
  readonly rpc: string | undefined
  readonly dryRun: boolean
  readonly account: Address | undefined
  readonly ens: Ens | undefined
  readonly verify: boolean
  readonly placeCreateX: boolean
  /** The file of records; undefined: none is kept, null: the committed one. */
  readonly records: string | null | undefined
  readonly json: boolean
}

const ZERO_ADDRESS = `0x${'0'.repeat(40)}`

/** `undefined`: the user asks for help. @throws INVALID_ARGUMENT */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = parsed(args)
  if (values.help) return undefined
  const { network, rpc } = values
  if (network === undefined && rpc === undefined) throw wrong('give --network or --rpc (--help tells more)')
  if (network !== undefined && !NETWORKS.some(name => name === network)) {
    throw wrong(`there is no network ${network}; there are ${NETWORKS.join(', ')}, and any other by --rpc`)
  }
  if (rpc !== undefined && !(URL.canParse(rpc) && /^https?:$/.test(new URL(rpc).protocol))) {
    throw wrong('an RPC URL begins with http:// or https://')
  }
  const wrapper = values['name-wrapper']
  if (wrapper !== undefined && values.ens === undefined) throw wrong('--name-wrapper needs --ens')
  if (values.verify && rpc !== undefined) {
    throw wrong('--verify goes with --network alone: set NAME_RPC_URL instead of --rpc')
  }
  return {
    network: network ?? 'custom',
    rpc,
    dryRun: values['dry-run'],
    account: values.account === undefined ? undefined : parseAddress(values.account),
    ens: values.ens === undefined ? undefined : ensOf(values.ens, wrapper ?? ZERO_ADDRESS),
    verify: values.verify,
    placeCreateX: values['place-createx'],
    records: values.records ?? (rpc === undefined ? null : undefined),
    json: values.json,
  }
}

function ensOf(registry: string, nameWrapper: string): Ens {
  return { registry: parseAddress(registry), nameWrapper: parseAddress(nameWrapper) }
}

function parsed(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: flag,
        'dry-run': flag,
        network: text,
        rpc: text,
        account: text,
        ens: text,
        'name-wrapper': text,
        verify: flag,
        'place-createx': flag,
        records: text,
        json: flag,
      },
    }).values
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function wrong(message: string): InvalidArgumentError {
  return new InvalidArgumentError(message)
}
