/** A JSON text on one line. Big integers (gas, wei) become decimal strings, as every chain API writes them. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))
}
