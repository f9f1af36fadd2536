import { randomBytes } from 'node:crypto'
import type { BatchIssuer } from '../batch-issuer.ts'
import type { BeeParts } from '../bee-parts.ts'
import { type Batch, slotsPerBucket } from '../postage-chain.ts'
import { BUCKET_DEPTH } from '../stamp.ts'
import type { Exchange } from './exchange.ts'
import {
  atLeast,
  bigint,
  bool,
  headerParameters,
  hexOfLength,
  pathParameters,
  queryParameters,
  required,
  uint,
} from './parameters.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './server.ts'

const MINIMUM_DEPTH = 17
const LABEL_LIMIT = 4096

/** Postage batches (Bee: `pkg/api/postage.go`). The chain behind them is simulated, its transactions are instant. */
export function stampRoutes(bee: BeeParts): Route[] {
  const batchId = (exchange: Exchange) =>
    pathParameters(exchange, { batch_id: required(hexOfLength(32)) }).batch_id
  return [
    {
      path: '/stamps',
      methods: {
        GET: exchange => exchange.json(200, { stamps: bee.batches.own().map(own => issuerJson(bee, own)) }),
      },
    },
    {
      path: '/stamps/:batch_id',
      methods: {
        GET: exchange => exchange.json(200, issuerJson(bee, bee.batches.ownUsable(batchId(exchange)))),
        PATCH: async exchange => {
          const { batch } = bee.batches.ownUsable(batchId(exchange))
          await bee.batches.relabel(batch.id, labelIn(await exchange.body(LABEL_LIMIT)))
          exchange.status(200, 'OK')
        },
      },
    },
    {
      path: '/stamps/:batch_id/buckets',
      methods: { GET: exchange => buckets(bee, exchange, batchId(exchange)) },
    },
    { path: '/stamps/:amount/:depth', methods: { POST: exchange => buy(bee, exchange) } },
    { path: '/stamps/topup/:batch_id/:amount', methods: { PATCH: exchange => topUp(bee, exchange) } },
    { path: '/stamps/dilute/:batch_id/:depth', methods: { PATCH: exchange => dilute(bee, exchange) } },
    {
      path: '/batches',
      methods: {
        GET: exchange =>
          exchange.json(200, { batches: bee.network.chain.batches().map(b => batchJson(bee, b)) }),
      },
    },
    {
      path: '/batches/:batch_id',
      methods: {
        GET: exchange => {
          const batch = bee.network.chain.batch(batchId(exchange))
          if (!batch) throw new Refusal(404, 'batch not found')
          exchange.json(200, batchJson(bee, batch))
        },
      },
    },
  ]
}

function issuerJson(bee: BeeParts, own: { batch: Batch; issuer: BatchIssuer; label: string }): object {
  const { batch, issuer, label } = own
  return {
    batchID: batch.id.toString('hex'),
    utilization: issuer.utilization,
    utilizationRatio: issuer.utilization / slotsPerBucket(batch),
    usable: bee.network.chain.usable(batch),
    label,
    depth: batch.depth,
    amount: batch.amount.toString(),
    bucketDepth: BUCKET_DEPTH,
    blockNumber: batch.start,
    immutableFlag: batch.immutable,
    exists: true,
    batchTTL: bee.network.chain.secondsLeft(batch),
  }
}

function batchJson(bee: BeeParts, batch: Batch): object {
  return {
    batchID: batch.id.toString('hex'),
    value: batch.value.toString(),
    start: batch.start,
    owner: batch.owner.toString('hex'),
    depth: batch.depth,
    bucketDepth: BUCKET_DEPTH,
    immutable: batch.immutable,
    batchTTL: bee.network.chain.secondsLeft(batch),
  }
}

function buckets(bee: BeeParts, exchange: Exchange, id: Buffer): void {
  const { batch, issuer } = bee.batches.ownUsable(id)
  exchange.json(200, {
    depth: batch.depth,
    bucketDepth: BUCKET_DEPTH,
    bucketUpperBound: slotsPerBucket(batch),
    buckets: Array.from(issuer.buckets, (collisions, bucketID) => ({ bucketID, collisions })),
  })
}

async function buy(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { amount, depth } = pathParameters(exchange, {
    amount: required(bigint),
    depth: required(atLeast(MINIMUM_DEPTH, uint(8))),
  })
  const { label = '' } = queryParameters(exchange, { label: text => text })
  const { Immutable: immutable = true } = headerParameters(exchange, { Immutable: bool })
  const batch = await bee.batches.buy({ amount, depth, label, immutable })
  exchange.json(201, { batchID: batch.id.toString('hex'), txHash: transactionHash() })
}

async function topUp(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { batch_id, amount } = pathParameters(exchange, {
    batch_id: required(hexOfLength(32)),
    amount: required(bigint),
  })
  await bee.batches.topUp(batch_id, amount)
  exchange.json(202, { batchID: batch_id.toString('hex'), txHash: transactionHash() })
}

async function dilute(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { batch_id, depth } = pathParameters(exchange, {
    batch_id: required(hexOfLength(32)),
    depth: required(atLeast(MINIMUM_DEPTH, uint(8))),
  })
  await bee.batches.dilute(batch_id, depth)
  exchange.json(202, { batchID: batch_id.toString('hex'), txHash: transactionHash() })
}

/** @throws Refusal 400 */
function labelIn(body: Buffer): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString())
  } catch {
    throw new Refusal(400, 'invalid request body')
  }
  const label = typeof parsed === 'object' && parsed !== null && 'label' in parsed ? parsed.label : undefined
  if (label !== undefined && typeof label !== 'string') throw new Refusal(400, 'invalid request body')
  if (!label) throw new Refusal(400, 'label is required')
  return label
}

/** A transaction of the simulated postage chain: no other chain knows it. */
function transactionHash(): string {
  return `0x${randomBytes(32).toString('hex')}`
}
