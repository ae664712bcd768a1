/** The memory of a module: what generated code has placed, then data, then what a call needs. */

import { type ElementArray, elementArrays } from "../arrays.ts";
import type { DType } from "../signature.ts";

const pageBytes = 65536;
/** Memory that is shared must say how far it may grow: 2 GiB. */
const mostPages = 32768;
/** Vectors may be read beyond the last element. */
const slack = 256;

const aligned = (address: number): number => Math.ceil(address / 64) * 64;

interface Block {
  readonly address: number;
  readonly end: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly #start: number;
  readonly #free: number;
  /** Blocks of data, by the place of their address. */
  readonly #data = new Map<number, Block>();
  /** Where a call takes its memory from. */
  #top: number;
  /** What to say where there is no more. */
  #refusal = "";
  /** Views of all of the memory; new ones when it has grown. */
  #bytes = new Uint8Array();
  #numbers = new DataView(new ArrayBuffer(0));

  /**
   * @param start the first byte that generated code leaves
   * @param free where it looks for the address of free memory
   * @param shared whether threads share it
   */
  constructor(start: number, free: number, shared: boolean) {
    this.#start = aligned(start);
    this.#top = this.#start;
    this.#free = free;
    const initial = Math.ceil((this.#start + slack) / pageBytes);
    this.memory = new WebAssembly.Memory(
      shared ? { initial, maximum: mostPages, shared } : { initial },
    );
  }

  #refresh(): void {
    const { buffer } = this.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#numbers = new DataView(buffer);
  }

  #reserve(end: number): void {
    const missing = end + slack - this.memory.buffer.byteLength;
    try {
      if (missing > 0) this.memory.grow(Math.ceil(missing / pageBytes));
    } catch {
      this.refuse();
    }
    this.#refresh();
  }

  /** There is no more memory. */
  refuse(): never {
    throw new Error(this.#refusal);
  }

  view(address: number, dtype: DType, length: number): ElementArray {
    return new elementArrays[dtype](this.memory.buffer, address, length);
  }

  /** The array whose address lies at a place. */
  arrayAt(place: number, dtype: DType, length: number): ElementArray {
    this.#refresh();
    return this.view(length === 0 ? 0 : this.#numbers.getUint32(place, true), dtype, length);
  }

  number(place: number, dtype: DType): number | boolean {
    this.#refresh();
    const view = this.#numbers;
    switch (dtype) {
      case "float32":
        return view.getFloat32(place, true);
      case "float64":
        return view.getFloat64(place, true);
      case "int64":
        return view.getInt32(place + 4, true) * 2 ** 32 + view.getUint32(place, true);
      case "bool":
        return view.getInt32(place, true) !== 0;
      default:
        return view.getInt32(place, true);
    }
  }

  setNumber(place: number, dtype: DType, value: number | boolean): void {
    this.#refresh();
    const view = this.#numbers;
    const n = Number(value);
    if (dtype === "float32") view.setFloat32(place, n, true);
    else if (dtype === "float64") view.setFloat64(place, n, true);
    else {
      view.setInt32(place, n, true);
      if (dtype === "int64") view.setInt32(place + 4, Math.floor(n / 2 ** 32), true);
    }
  }

  // ── Data ──────────────────────────────────────────────────────────────────────────────────────

  /** Copies data in; its block is another one where its length is. Without memory for it the old one stays. */
  putData(name: string, place: number, values: ElementArray): void {
    const size = values.byteLength;
    let block = this.#data.get(place);
    if (!block || block.end - block.address !== size) {
      block = this.#blockOf(place, size);
      this.#refusal = `${name}.set: there is not enough memory for these values`;
      this.#reserve(block.end);
      this.#data.set(place, block);
      this.setNumber(place, "int32", block.address);
    }
    this.#copy(values, block.address);
  }

  /** The first gap between the blocks of others that is large enough. */
  #blockOf(place: number, size: number): Block {
    const others = [...this.#data].flatMap(([other, block]) => (other === place ? [] : [block]));
    let address = this.#start;
    for (const block of others.sort((a, b) => a.address - b.address)) {
      if (address + size <= block.address) break;
      address = aligned(block.end);
    }
    return { address, end: address + size };
  }

  #copy(values: ElementArray, address: number): void {
    this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
  }

  // ── Calls ─────────────────────────────────────────────────────────────────────────────────────

  /** Gives back what the last call took, of whichever function. */
  beginCall(name: string): void {
    this.#refusal = `${name}: there is not enough memory for what it computes`;
    this.#top = this.#start;
    for (const { end } of this.#data.values()) this.#top = Math.max(this.#top, aligned(end));
    this.setNumber(this.#free, "int32", this.#top);
  }

  #take(place: number, bytes: number): number {
    const address = this.#top;
    this.#top = aligned(address + bytes);
    this.#reserve(this.#top);
    this.setNumber(place, "int32", address);
    this.setNumber(this.#free, "int32", this.#top);
    return address;
  }

  /** Copies an argument in. Its address lies at `place`. */
  putArray(place: number, values: ElementArray): void {
    // A view of this memory is no more once the memory has grown.
    const kept = values.buffer === this.memory.buffer ? values.slice() : values;
    this.#copy(kept, this.#take(place, kept.byteLength));
  }

  /** Memory for a result. */
  makeArray(place: number, dtype: DType, length: number): void {
    this.#take(place, elementArrays[dtype].BYTES_PER_ELEMENT * length);
  }
}
