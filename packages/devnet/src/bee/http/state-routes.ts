import type { BeeParts } from '../bee-parts.ts'
import { keccak } from '../keccak.ts'
import { MINIMUM_VALIDITY_BLOCKS } from '../postage-chain.ts'
import type { Route } from './server.ts'

/** The release that this node imitates, and its API version. */
const VERSIONS = { version: '2.8.1-7cf5319', apiVersion: '8.1.0' }
/** The peer that stands for the reserve, where no other node is on the network. */
const SILENT_PEER = keccak(Buffer.from('the rest of the network')).toString('hex')

/** What the node says of itself (Bee: `pkg/api/router.go`, technical and status routes). */
export function stateRoutes(bee: BeeParts, chainId: number, ready: () => boolean): Route[] {
  const { identity, network } = bee
  const address = `0x${identity.address.toString('hex')}`
  const peers = () => {
    const others = network.others(bee.peer).map(peer => peer.overlay.toString('hex'))
    return others.length > 0 ? others : [SILENT_PEER]
  }
  return [
    { path: '/', technical: true, methods: { '*': exchange => exchange.text(200, 'Ethereum Swarm Bee\n') } },
    {
      path: '/health',
      technical: true,
      methods: { '*': exchange => exchange.json(200, { status: 'ok', ...VERSIONS }) },
    },
    {
      path: '/readiness',
      technical: true,
      methods: {
        '*': exchange => {
          if (ready()) exchange.json(200, { status: 'ready', ...VERSIONS })
          else exchange.json(400, { status: 'notReady', ...VERSIONS })
        },
      },
    },
    {
      path: '/node',
      technical: true,
      methods: {
        GET: exchange =>
          exchange.json(200, { beeMode: 'full', chequebookEnabled: false, swapEnabled: false }),
      },
    },
    {
      path: '/addresses',
      technical: true,
      methods: {
        GET: exchange =>
          exchange.json(200, {
            overlay: identity.overlay.toString('hex'),
            underlay: [],
            ethereum: address,
            chain_address: address,
            publicKey: identity.publicKey.toString('hex'),
            pssPublicKey: identity.pssPublicKey.toString('hex'),
          }),
      },
    },
    {
      path: '/chainstate',
      technical: true,
      methods: {
        GET: exchange =>
          exchange.json(200, {
            chainTip: network.chain.block(),
            block: network.chain.block(),
            totalAmount: network.chain.totalAmount().toString(),
            currentPrice: network.chain.price.toString(),
            minimumValidityBlocks: MINIMUM_VALIDITY_BLOCKS,
          }),
      },
    },
    { path: '/status', methods: { GET: exchange => exchange.json(200, status(bee, peers().length)) } },
    {
      path: '/wallet',
      methods: {
        GET: exchange =>
          exchange.json(200, {
            bzzBalance: bee.batches.balance.toString(),
            nativeTokenBalance: (10n ** 19n).toString(),
            chainID: chainId,
            chequebookContractAddress: `0x${'0'.repeat(40)}`,
            walletAddress: address,
          }),
      },
    },
    {
      path: '/peers',
      methods: {
        GET: exchange =>
          exchange.json(200, { peers: peers().map(overlay => ({ address: overlay, fullNode: true })) }),
      },
    },
  ]
}

function status({ identity, network }: BeeParts, connectedPeers: number): object {
  const committed = network.chain.batches().reduce((chunks, batch) => chunks + 2 ** batch.depth, 0)
  return {
    overlay: identity.overlay.toString('hex'),
    proximity: 256,
    beeMode: 'full',
    reserveSize: 0,
    reserveSizeWithinRadius: 0,
    pullsyncRate: 0,
    storageRadius: 0,
    connectedPeers,
    neighborhoodSize: connectedPeers + 1,
    batchCommitment: committed,
    isReachable: true,
    lastSyncedBlock: network.chain.block(),
    committedDepth: 0,
    isWarmingUp: false,
  }
}
