import {
  type Address,
  type BlockRef,
  type CallOptions,
  InvalidArgumentError,
  NoContractError,
  NotFoundError,
  parseAddress,
  ReadOnlyError,
  RefusedError,
  UnavailableError,
} from '@remote-log/core'
import { AbiCoder, hexlify, type Interface, keccak256, randomBytes, type Signer, toQuantity } from 'ethers'
import { Connection } from '../connection.ts'
import type { RegistryOptions } from '../options.ts'
import { failureOf } from '../rpc-error.ts'
import { transact } from '../transaction.ts'
import { bzzInterface, postageInterface } from './postage-abi.ts'

/** Where PostageStamp stands, who pays, and how patient to be. */
export interface ChainPostageOptions extends Omit<RegistryOptions, 'registry'> {
  /** Address of the PostageStamp contract. */
  readonly postage: Address
}

/** The contract's price and minimum, in PLUR per chunk. */
export interface ChainPostagePrice {
  readonly block: BlockRef
  /** Per block. */
  readonly pricePlur: bigint
  /** What a new batch, and one after a dilution, must hold at least. */
  readonly minimumPlur: bigint
}

/** A batch as the contract has it. */
export interface ChainBatchState {
  /** 64 hex digits. */
  readonly id: string
  readonly owner: Address
  readonly depth: number
  readonly immutable: boolean
  /** PLUR per chunk that it holds still; 0 where it ran out and nobody cleared it away yet. */
  readonly remainingPlur: bigint
  /** PLUR per chunk: it runs out when the contract's total reaches this. */
  readonly valuePlur: bigint
  /** Blocks that it lasts at this price; undefined where storage costs nothing. */
  readonly blocks: bigint | undefined
  readonly block: BlockRef
}

/** A purchase, to be kept until it is done. It passes through JSON unchanged. */
export interface ChainBatchOrder {
  /** 32 bytes of `0x` hex, chosen at random: with the payer it makes the id, which is known before anything is sent. */
  readonly nonce: string
  /** Who pays: with another payer the same nonce would be another batch. */
  readonly payer: Address
  /** Whose stamps the batch takes. */
  readonly owner: Address
  /** PLUR per chunk, decimal. */
  readonly amountPlur: string
  readonly depth: number
  readonly immutable: boolean
}

/** A top-up, to be kept until it is done: what the batch was before tells whether it happened. */
export interface ChainTopUpOrder {
  readonly batch: string
  readonly amountPlur: string
  readonly beforePlur: string
  readonly beforeDepth: number
  /** The block in which it was so. */
  readonly sinceBlock: number
}

/** Every batch has 2^16 buckets. */
const BUCKET_DEPTH = 16

/** The id that a payer's purchase with this nonce gets: 64 hex digits. */
export function batchIdOf(payer: string, nonce: string): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'bytes32'], [payer, nonce])).slice(2)
}

/**
 * Postage batches for own keys, without a Bee node: over the PostageStamp contract. Each operation looks first whether
 * it has happened, so the same order can be carried out again after a crash or a lost receipt and is paid once.
 */
export class ChainPostage {
  readonly #connection: Connection
  readonly #contract: Address
  readonly #signer: Signer | undefined

  constructor({ postage, ...options }: ChainPostageOptions) {
    this.#connection = new Connection({ ...options, registry: postage })
    this.#contract = postage
    this.#signer = options.signer
  }

  /** @throws NO_CONTRACT, WRONG_CHAIN, UNAVAILABLE, ABORTED */
  async price(call: CallOptions = {}): Promise<ChainPostagePrice> {
    const block = await this.#connection.blockAt('latest', call)
    const [pricePlur, minimumPlur] = await Promise.all([
      this.#read(block, 'lastPrice', [], call),
      this.#read(block, 'minimumInitialBalancePerChunk', [], call),
    ])
    return { block, pricePlur: pricePlur[0], minimumPlur: minimumPlur[0] }
  }

  /** @throws NOT_FOUND (it never was, or ran out), NO_CONTRACT, WRONG_CHAIN, UNAVAILABLE, ABORTED */
  async batch(id: string, call: CallOptions = {}): Promise<ChainBatchState> {
    const block = await this.#connection.blockAt('latest', call)
    const [batch, total, price] = await Promise.all([
      this.#read(block, 'batches', [`0x${id}`], call),
      this.#read(block, 'currentTotalOutPayment', [], call),
      this.#read(block, 'lastPrice', [], call),
    ])
    const owner = parseAddress(String(batch.owner))
    if (BigInt(owner) === 0n) {
      throw new NotFoundError(`there is no postage batch ${id}: it ran out, or never was`, { batch: id })
    }
    const valuePlur: bigint = batch.normalisedBalance
    const remainingPlur = valuePlur > total[0] ? valuePlur - total[0] : 0n
    const blocks = price[0] === 0n ? undefined : remainingPlur / price[0]
    const { depth, immutableFlag: immutable } = batch
    return { id, owner, depth: Number(depth), immutable, remainingPlur, valuePlur, blocks, block }
  }

  /** An order, to be kept before it is carried out. */
  async order(
    wish: { readonly amountPlur: bigint; readonly depth: number },
    { owner, immutable = true }: { readonly owner?: Address; readonly immutable?: boolean } = {},
  ): Promise<ChainBatchOrder> {
    const payer = parseAddress(await this.#payer().getAddress())
    return {
      nonce: hexlify(randomBytes(32)),
      payer,
      owner: owner ?? payer,
      amountPlur: `${wish.amountPlur}`,
      depth: wish.depth,
      immutable,
    }
  }

  /**
   * Buys what was ordered, unless it was bought. BZZ are approved to the contract exactly as needed.
   * @throws REFUSED (`details.reason`: the contract's error, `out-of-funds`), READ_ONLY (no signer), INVALID_ARGUMENT (an
   * order of another payer), NO_CONTRACT, WRONG_CHAIN, UNAVAILABLE (with `details.transaction` it may still happen: the
   * same order again finds it), ABORTED
   */
  async buy(order: ChainBatchOrder, call: CallOptions = {}): Promise<ChainBatchState> {
    const { owner, amountPlur, depth, nonce, immutable, payer } = order
    const signer = parseAddress(await this.#payer().getAddress())
    if (signer !== payer) {
      throw new InvalidArgumentError(`${payer} ordered this batch, not ${signer}`, { payer, signer })
    }
    const id = batchIdOf(payer, nonce)
    const bought = await this.#found(id, call)
    if (bought) return bought
    await this.#approve(BigInt(amountPlur) << BigInt(depth), call)
    await this.#send('createBatch', [owner, amountPlur, depth, BUCKET_DEPTH, nonce, immutable], call)
    return this.batch(id, call)
  }

  /** @throws as {@link batch} */
  async orderTopUp(batch: string, amountPlur: bigint, call: CallOptions = {}): Promise<ChainTopUpOrder> {
    const { valuePlur, depth, block } = await this.batch(batch, call)
    return {
      batch,
      amountPlur: `${amountPlur}`,
      beforePlur: `${valuePlur}`,
      beforeDepth: depth,
      sinceBlock: block.number,
    }
  }

  /** Lets anybody's batch last longer, unless it does already. @throws NOT_FOUND, and as {@link buy} */
  async topUp(order: ChainTopUpOrder, call: CallOptions = {}): Promise<ChainBatchState> {
    const { batch, amountPlur } = order
    const now = await this.batch(batch, call)
    if (await this.#toppedUp(order, now, call)) return now
    await this.#approve(BigInt(amountPlur) << BigInt(now.depth), call)
    await this.#send('topUp', [`0x${batch}`, amountPlur], call)
    return this.batch(batch, call)
  }

  /** The same money for more chunks. Only the owner can. @throws NOT_FOUND, and as {@link buy} */
  async dilute(batch: string, depth: number, call: CallOptions = {}): Promise<ChainBatchState> {
    const now = await this.batch(batch, call)
    if (now.depth === depth) return now
    await this.#send('increaseDepth', [`0x${batch}`, depth], call)
    return this.batch(batch, call)
  }

  /** By the value; where a dilution has changed that, by what the contract told of top-ups since. */
  async #toppedUp(order: ChainTopUpOrder, now: ChainBatchState, call: CallOptions): Promise<boolean> {
    const { batch, amountPlur, beforePlur, beforeDepth, sinceBlock } = order
    if (now.depth === beforeDepth) return now.valuePlur >= BigInt(beforePlur) + BigInt(amountPlur)
    const topics = postageInterface.encodeFilterTopics('BatchTopUp', [`0x${batch}`])
    const range = { fromBlock: toQuantity(sinceBlock + 1), toBlock: toQuantity(now.block.number) }
    const logs = await this.#connection.rpc.ask(
      'eth_getLogs',
      [{ address: this.#contract, topics, ...range }],
      call,
    )
    if (!Array.isArray(logs)) throw new UnavailableError('the node lists no events', { batch })
    const depths = Array.from({ length: now.depth - beforeDepth + 1 }, (_, more) => beforeDepth + more)
    const totals = new Set(depths.map(depth => BigInt(amountPlur) << BigInt(depth)))
    return logs.some(({ data, topics }: { data: string; topics: string[] }) =>
      totals.has(postageInterface.decodeEventLog('BatchTopUp', data, topics).topupAmount),
    )
  }

  async #found(id: string, call: CallOptions): Promise<ChainBatchState | undefined> {
    return this.batch(id, call).catch(error => {
      if (error instanceof NotFoundError) return undefined
      throw error
    })
  }

  async #approve(cost: bigint, call: CallOptions): Promise<void> {
    const payer = await this.#payer().getAddress()
    await this.#demandNothingPending(payer, 'payment', call)
    const block = await this.#connection.blockAt('latest', call)
    const token = String((await this.#read(block, 'bzzToken', [], call))[0])
    const ask = (name: string, values: unknown[]) =>
      this.#view(bzzInterface, token, block, name, values, call)
    const [balance, allowance] = await Promise.all([
      ask('balanceOf', [payer]),
      ask('allowance', [payer, this.#contract]),
    ])
    if (balance[0] < cost) {
      const details = { reason: 'out-of-funds', payer, balancePlur: balance[0], costPlur: cost }
      throw new RefusedError(`${payer} has ${balance[0]} PLUR of BZZ, ${cost} are needed`, details)
    }
    if (allowance[0] >= cost) return
    const data = bzzInterface.encodeFunctionData('approve', [this.#contract, cost])
    await transact(this.#connection, this.#payer(), { to: token, data }, call)
  }

  /** A dry run first: what the contract refuses is not sent. */
  async #send(name: string, values: readonly unknown[], call: CallOptions): Promise<void> {
    const signer = this.#payer()
    const from = await signer.getAddress()
    const data = postageInterface.encodeFunctionData(name, values)
    const request = { to: this.#contract, data }
    await this.#connection.chainId(call)
    await this.#demandNothingPending(from, name, call)
    await this.#connection.rpc.askBytes('eth_call', [{ from, ...request }, 'latest'], call).catch(error => {
      throw refusalOf(error, name)
    })
    // Whatever took the nonce may be this very operation, sent before: that has to be looked for first.
    const beforeRetry = async () => {
      throw new UnavailableError(
        `another transaction of ${from} came first, maybe this very ${name}: run it again, it looks before it pays`,
        { payer: from },
      )
    }
    const { succeeded, transaction } = await transact(this.#connection, signer, request, call, beforeRetry)
    if (!succeeded) throw new RefusedError(`${name} reverted`, { reason: 'reverted', transaction })
  }

  /** An operation of before may be among what is not mined yet: then its effect can't be seen. */
  async #demandNothingPending(from: string, name: string, call: CallOptions): Promise<void> {
    const count = (tag: string) =>
      this.#connection.rpc.askQuantity('eth_getTransactionCount', [from, tag], call)
    const [mined, pending] = await Promise.all([count('latest'), count('pending')])
    if (pending <= mined) return
    throw new UnavailableError(
      `${from} has a transaction that is not mined yet, maybe this very ${name}: run it again when it is`,
      { payer: from, pending: pending - mined },
    )
  }

  #read(block: BlockRef, name: string, values: readonly unknown[], call: CallOptions) {
    return this.#view(postageInterface, this.#contract, block, name, values, call)
  }

  async #view(
    abi: Interface,
    to: string,
    block: BlockRef,
    name: string,
    values: readonly unknown[],
    call: CallOptions,
  ) {
    const question = { to, data: abi.encodeFunctionData(name, values) }
    const answer = await this.#connection.rpc
      .askBytes('eth_call', [question, { blockHash: block.hash }], call)
      .catch(error => {
        if (failureOf(error).kind === 'reverted') return '0x'
        throw error
      })
    if (answer === '0x') {
      throw new NoContractError(`at ${to} stands no contract that has ${name}`, { address: to })
    }
    return abi.decodeFunctionResult(name, answer)
  }

  #payer(): Signer {
    if (this.#signer) return this.#signer
    throw new ReadOnlyError('paying needs a signer', {})
  }
}

const WORDS: Readonly<Record<string, string>> = {
  InsufficientBalance: 'less than a day would be paid for',
  BatchExpired: 'the batch ran out: buy another',
  BatchDoesNotExist: 'there is no such batch: it ran out, or never was',
  NotBatchOwner: 'only the owner of a batch can dilute it',
  DepthNotIncreasing: 'a dilution must make the depth larger',
}

function refusalOf(error: unknown, name: string): unknown {
  const failure = failureOf(error)
  if (failure.kind !== 'reverted') return error
  const reason = failure.data.length >= 10 ? postageInterface.parseError(failure.data)?.name : undefined
  const why = WORDS[reason ?? ''] ?? reason ?? 'no reason given'
  return new RefusedError(`the postage contract refuses ${name}: ${why}`, { reason: reason ?? 'reverted' })
}
