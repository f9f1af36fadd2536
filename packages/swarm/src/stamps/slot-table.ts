const ADDRESS_BYTES = 32
const FIRST_CAPACITY = 1024
const FREE = 0

/**
 * Which slot each chunk of a batch has: a hash table in typed arrays, about 44 bytes a chunk, since a Map of strings
 * would fill the heap. Entries are numbered in the order in which they came.
 */
export class SlotTable {
  #size = 0
  #addresses = new Uint8Array(ADDRESS_BYTES * FIRST_CAPACITY)
  #slots = new Uint32Array(FIRST_CAPACITY)
  /** Open addressing: number of the entry + 1, at least half of it free. */
  #places = new Uint32Array(2 * FIRST_CAPACITY)

  get size(): number {
    return this.#size
  }

  /** The number of the entry for this address. */
  find(address: Uint8Array): number | undefined {
    const entry = this.#places[this.#place(address)]!
    return entry === FREE ? undefined : entry - 1
  }

  slot(entry: number): number {
    return this.#slots[entry]!
  }

  address(entry: number): Uint8Array {
    return this.#addresses.subarray(ADDRESS_BYTES * entry, ADDRESS_BYTES * (entry + 1))
  }

  /** Adds an address that is not there yet; returns the number of its entry. */
  add(address: Uint8Array, slot: number): number {
    if (this.#size === this.#slots.length) this.#grow()
    const entry = this.#size++
    this.#addresses.set(address, ADDRESS_BYTES * entry)
    this.#slots[entry] = slot
    this.#places[this.#place(address)] = entry + 1
    return entry
  }

  /** Where the address stands in `#places`, or would. The first two bytes are its bucket, so the next four choose. */
  #place(address: Uint8Array): number {
    const mask = this.#places.length - 1
    const hash = address[2]! | (address[3]! << 8) | (address[4]! << 16) | (address[5]! << 24)
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = this.#places[place]!
      if (entry === FREE || this.#has(entry - 1, address)) return place
    }
  }

  #has(entry: number, address: Uint8Array): boolean {
    for (let i = 0, at = ADDRESS_BYTES * entry; i < ADDRESS_BYTES; i++) {
      if (this.#addresses[at + i] !== address[i]) return false
    }
    return true
  }

  #grow(): void {
    const capacity = 2 * this.#slots.length
    const addresses = new Uint8Array(ADDRESS_BYTES * capacity)
    addresses.set(this.#addresses)
    const slots = new Uint32Array(capacity)
    slots.set(this.#slots)
    this.#addresses = addresses
    this.#slots = slots
    this.#places = new Uint32Array(2 * capacity)
    for (let entry = 0; entry < this.#size; entry++)
      this.#places[this.#place(this.address(entry))] = entry + 1
  }
}
