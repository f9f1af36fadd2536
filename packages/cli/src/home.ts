import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The files of one log on this device. */
export interface Home {
  readonly folder: string
  /** What `init` chose: which log, where the network is. No secrets. */
  readonly config: string
  /** The owner's key, encrypted (Web3 Secret Storage). Absent for readers. */
  readonly key: string
  /** The local database: entries not yet published, and what this device trusts. */
  readonly database: string
  /** The contacts, and what this device has of their logs: apart, so that reading them locks nobody out. */
  readonly contacts: string
  /** Who has the local database open. */
  readonly holder: string
  /** Who has the contacts open. */
  readonly contactsHolder: string
}

/** The home folder: `--home`, else REMOTE_LOG_HOME, else `~/.remote-log`. */
export function homeAt(option: string | undefined, env: NodeJS.ProcessEnv): Home {
  const folder = resolve(option ?? (env.REMOTE_LOG_HOME || join(homedir(), '.remote-log')))
  return {
    folder,
    config: join(folder, 'config.json'),
    key: join(folder, 'key.json'),
    database: join(folder, 'local'),
    contacts: join(folder, 'contacts'),
    holder: join(folder, 'holder.json'),
    contactsHolder: join(folder, 'contacts-holder.json'),
  }
}
