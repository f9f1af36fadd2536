import { once } from 'node:events'
import { createServer } from 'node:net'
import { LockedError, UnavailableError } from '@remote-log/core'

/**
 * For servers that can't tell: Hardhat's ends the process where its port is taken. Port 0 is always free.
 * @throws LOCKED if another process listens on the port, UNAVAILABLE if this one may not
 */
export async function demandFreePort(port: number): Promise<void> {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      throw new LockedError(`port ${port} is in use by another process`, { port }, cause)
    }
    throw new UnavailableError(`can't listen on port ${port}`, { port }, cause)
  }
  probe.close()
  await once(probe, 'close')
}
