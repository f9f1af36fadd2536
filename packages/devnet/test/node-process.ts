/**
 * A process of its own for tests that kill it: `node node-process.ts FOLDER` starts a node, `… FOLDER devnet` a devnet.
 * It prints one line of JSON when it is up.
 */
import { startBeeNode, startDevnet } from '../src/index.ts'

const [folder, what] = process.argv.slice(2)
if (what === 'devnet') {
  const { rpcUrl, beeUrl, registry, batch, chainId } = await startDevnet({ folder })
  console.log(JSON.stringify({ rpcUrl, beeUrl, registry, batch, chainId }))
} else {
  const node = await startBeeNode({ folder, syncLagMs: 60_000 })
  console.log(JSON.stringify({ url: node.url, batch: await node.grantBatch({ label: 'kept' }) }))
}
