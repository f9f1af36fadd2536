import { InvalidArgumentError } from '@remote-log/core'

/** PLUR in one BZZ: the token has 16 decimals. */
export const PLUR_PER_BZZ = 10n ** 16n
const DECIMALS = 16

/** An amount of PLUR in BZZ, exact: `13617777n * 10n**12n` is `1361.7777`. No unit in the text. */
export function formatBzz(plur: bigint): string {
  const sign = plur < 0n ? '-' : ''
  const digits = (plur < 0n ? -plur : plur).toString().padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -DECIMALS)}${fraction && `.${fraction}`}`
}

/** PLUR of an amount in BZZ such as `0.5`. @throws INVALID_ARGUMENT (no decimal number, more than 16 decimals) */
export function parseBzz(text: string): bigint {
  const match = /^([0-9]+)(?:\.([0-9]{1,16}))?$/.exec(text)
  if (!match) {
    throw new InvalidArgumentError(`${JSON.stringify(text)} is no amount of BZZ such as 0.5`, { value: text })
  }
  return BigInt(match[1]! + (match[2] ?? '').padEnd(DECIMALS, '0'))
}
