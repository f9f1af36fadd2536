import { InvalidArgumentError, parseReference, parseTopic, type Topic, topicOf } from '@remote-log/core'

/** A whole number from 0. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  const value = Number(text)
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not a whole number from 0`, { value: text })
  }
  return value
}

/** A number from 0 that may have a fraction: days, seconds. @throws InvalidArgumentError */
export function parseAmount(text: string): number {
  const value = Number(text)
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text) || !Number.isFinite(value)) {
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number from 0`, { value: text })
  }
  return value
}

/** A TCP port, 0 meaning "any that is free". @throws InvalidArgumentError */
export function parsePort(text: string): number {
  const port = parseCount(text)
  if (port > 65_535) throw new InvalidArgumentError(`${text} is not a port: 0 to 65535`, { value: text })
  return port
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

/** A number of bytes: `4096`, `500kB`, `10MB`, `1GiB`. @throws InvalidArgumentError */
export function parseBytes(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)$/i.exec(text)
  const unit = UNITS[match?.[2]?.toLowerCase() ?? '-']
  if (!match || unit === undefined) {
    throw new InvalidArgumentError(
      `${JSON.stringify(text)} is not a size such as 4096, 500kB, 10MB or 1GiB`,
      {
        value: text,
      },
    )
  }
  return Math.floor(Number(match[1]) * unit)
}

const DURATIONS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, min: 60e3, h: 3600e3 }

/** A length of time, in milliseconds: `500ms`, `30s`, `2m`, `1h`. @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)$/i.exec(text)
  const unit = DURATIONS[match?.[2]?.toLowerCase() ?? '-']
  const ms = match && unit !== undefined ? Math.floor(Number(match[1]) * unit) : Number.NaN
  if (!Number.isSafeInteger(ms)) {
    throw new InvalidArgumentError(
      `${JSON.stringify(text)} is not a length of time such as 500ms, 30s, 2m or 1h`,
      {
        value: text,
      },
    )
  }
  return ms
}

const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/

/** A moment: Unix milliseconds, or what ISO 8601 writes (`2026-11-23T14:00:00Z`). @throws InvalidArgumentError */
export function parseTime(text: string): number {
  const time = /^[0-9]+$/.test(text) ? Number(text) : ISO_8601.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isSafeInteger(time) || time < 0) {
    throw new InvalidArgumentError(
      `${JSON.stringify(text)} is no moment: give Unix milliseconds or a time such as 2026-11-23T14:00:00Z`,
      { value: text },
    )
  }
  return time
}

/** An http or https URL. @throws InvalidArgumentError */
export function parseUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not an http or https URL`, { value: text })
  }
  return text
}

/** A postage batch id: 32 bytes of hex. @throws InvalidArgumentError */
export function parseBatch(text: string): string {
  return parseReference(text)
}

/** `0x` and 64 hex digits are a topic itself; anything else is the name of one. @throws InvalidArgumentError */
export function parseTopicOption(text: string): Topic {
  if (text === '') throw new InvalidArgumentError('a topic needs a name', {})
  return /^0x[0-9a-f]{64}$/i.test(text) ? parseTopic(text) : topicOf(text)
}
