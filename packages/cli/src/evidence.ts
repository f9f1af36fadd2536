import type { UploadEvidence } from '@remote-log/client'
import { InvalidArgumentError } from '@remote-log/core'
import { type Command, Option } from 'commander'
import type { Config } from './config.ts'
import { parseUrl } from './parse-option.ts'

/** What has to prove that the network has an upload, and through which second node it is read back. */
export interface EvidenceOptions {
  readonly evidence?: UploadEvidence | undefined
  readonly readBack?: string | undefined
}

export const EVIDENCE: readonly UploadEvidence[] = ['tag', 'sample', 'all']

/** `--evidence` and `--read-back`, for the commands that upload or set up who does. */
export function addEvidence(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--evidence <kind>',
        'what proves an upload: its tags, or also reads of a sample or of all chunks through a second node',
      ).choices(EVIDENCE),
    )
    .option('--read-back <url>', 'the second node (default: the second --bee)', parseUrl)
}

/**
 * What a command goes by: its own options before the configured ones; the second gateway reads back where no other is
 * named. @throws INVALID_ARGUMENT where there is none
 */
export function evidenceFor(
  options: EvidenceOptions,
  config: Pick<Config, 'evidence' | 'readBack'>,
  gateways: readonly string[],
): EvidenceOptions {
  const evidence = options.evidence ?? config.evidence
  const second = evidence === undefined || evidence === 'tag' ? undefined : gateways[1]
  const readBack = options.readBack ?? config.readBack ?? second
  if (evidence === undefined || evidence === 'tag' || readBack !== undefined) return { evidence, readBack }
  throw new InvalidArgumentError(
    `--evidence ${evidence} reads back through a second node: name it by --read-back, or a second --bee at init`,
    { evidence },
  )
}
