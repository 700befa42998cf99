// Canonical MessagePack, read strictly, as docs/proofs.md has it: one value, one encoding.
//
// Integers become BigInt, bytes Buffer, maps Map; nil becomes null. What is not in its shortest
// form is refused while it is read, so nothing has to be encoded again to find out.

export const BYTES_MAX = 8 * 1024 * 1024;
export const DEPTH_MAX = 64;

/** The file proves nothing: `step` names the check that it failed, `reason` says how. */
export class Invalid extends Error {
  constructor(step, reason) {
    super(`${step}: ${reason}`);
    this.step = step;
    this.reason = reason;
  }
}

/** Return the value that `data` encodes, if it is that value's one canonical encoding. */
export function unpack(step, data) {
  if (data.length > BYTES_MAX) {
    throw new Invalid(step, `${data.length} bytes, at most ${BYTES_MAX} are read`);
  }
  const reader = new Reader(step, data);
  const value = reader.value(DEPTH_MAX);
  if (reader.at !== data.length) throw new Invalid(step, "bytes follow the value");
  return value;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NUMBERS = { 0xcc: [1, 0x7fn], 0xcd: [2, 0xffn], 0xce: [4, 0xffffn], 0xcf: [8, 0xffffffffn] };
const NEGATIVES = { 0xd0: [1, -0x20n], 0xd1: [2, -0x80n], 0xd2: [4, -0x8000n], 0xd3: [8, -0x80000000n] };
// By first byte: what it begins, how many bytes its length has, and the longest that a shorter form has.
const LONG = {
  0xc4: ["bytes", 1, -1], 0xc5: ["bytes", 2, 0xff], 0xc6: ["bytes", 4, 0xffff],
  0xd9: ["string", 1, 31], 0xda: ["string", 2, 0xff], 0xdb: ["string", 4, 0xffff],
  0xdc: ["array", 2, 15], 0xdd: ["array", 4, 0xffff],
  0xde: ["map", 2, 15], 0xdf: ["map", 4, 0xffff],
};

class Reader {
  constructor(step, data) {
    this.step = step;
    this.data = data;
    this.at = 0;
  }

  refuse(reason) {
    throw new Invalid(this.step, `not the canonical encoding: ${reason}`);
  }

  /** Return the next `count` bytes. */
  take(count) {
    if (this.at + count > this.data.length) this.refuse("it ends too early");
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }

  /** Return the next value; arrays and maps may stand in it `depth` deep. */
  value(depth) {
    const first = this.take(1)[0];
    if (first <= 0x7f) return BigInt(first);
    if (first >= 0xe0) return BigInt(first - 0x100);
    if (first <= 0x8f) return this.body("map", first & 0x0f, depth);
    if (first <= 0x9f) return this.body("array", first & 0x0f, depth);
    if (first <= 0xbf) return this.body("string", first & 0x1f, depth);
    if (first === 0xc0) return null;
    if (first === 0xc2 || first === 0xc3) return first === 0xc3;
    if (first in NUMBERS) {
      const [count, beyond] = NUMBERS[first];
      const number = BigInt(`0x${this.take(count).toString("hex")}`);
      return number > beyond ? number : this.refuse("an integer has a shorter form");
    }
    if (first in NEGATIVES) {
      const [count, beyond] = NEGATIVES[first];
      const number = BigInt.asIntN(8 * count, BigInt(`0x${this.take(count).toString("hex")}`));
      return number < beyond ? number : this.refuse("an integer has a shorter form");
    }
    if (!(first in LONG)) this.refuse("it has no fractions and no extensions");
    const [kind, count, beyond] = LONG[first];
    const length = this.take(count).readUIntBE(0, count);
    if (length <= beyond) this.refuse("a length has a shorter form");
    return this.body(kind, length, depth);
  }

  body(kind, length, depth) {
    if (kind === "bytes") return this.take(length);
    if (kind === "string") return this.text(this.take(length));
    if (depth === 0) throw new Invalid(this.step, `nested more than ${DEPTH_MAX} deep`);
    // Each part has a byte at least: a length that cannot be is refused before room is made for it.
    if (length > this.data.length - this.at) this.refuse("it ends too early");
    return kind === "array" ? this.array(length, depth - 1) : this.map(length, depth - 1);
  }

  text(bytes) {
    try {
      return UTF8.decode(bytes);
    } catch {
      return this.refuse("a string is not UTF-8");
    }
  }

  array(length, depth) {
    const values = [];
    while (values.length < length) values.push(this.value(depth));
    return values;
  }

  map(length, depth) {
    const values = new Map();
    let before = null;
    for (let count = 0; count < length; count += 1) {
      const key = this.value(depth);
      if (typeof key !== "string") this.refuse("a map's keys are strings");
      const bytes = Buffer.from(key);
      if (before !== null && Buffer.compare(before, bytes) >= 0) this.refuse("keys do not ascend");
      values.set(key, this.value(depth));
      before = bytes;
    }
    return values;
  }
}

/** Return the canonical encoding of a value of the kinds that `unpack` returns. */
export function pack(value) {
  const parts = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value, parts) {
  if (value === null) parts.push(Buffer.of(0xc0));
  else if (typeof value === "boolean") parts.push(Buffer.of(value ? 0xc3 : 0xc2));
  else if (typeof value === "bigint") parts.push(integer(value));
  else if (typeof value === "string") {
    const bytes = Buffer.from(value);
    parts.push(head(bytes.length, [[31, 0xa0], [0xff, 0xd9, 1], [0xffff, 0xda, 2], [Infinity, 0xdb, 4]]), bytes);
  } else if (value instanceof Uint8Array) {
    parts.push(head(value.length, [[0xff, 0xc4, 1], [0xffff, 0xc5, 2], [Infinity, 0xc6, 4]]), value);
  } else if (Array.isArray(value)) {
    parts.push(head(value.length, [[15, 0x90], [0xffff, 0xdc, 2], [Infinity, 0xdd, 4]]));
    for (const each of value) write(each, parts);
  } else if (value instanceof Map) {
    parts.push(head(value.size, [[15, 0x80], [0xffff, 0xde, 2], [Infinity, 0xdf, 4]]));
    for (const [key, each] of value) {
      write(key, parts);
      write(each, parts);
    }
  } else throw new TypeError(`a ${typeof value} has no encoding`);
}

/** Return the first of the forms that fits: [longest, first byte, bytes of the length if any]. */
function head(length, forms) {
  const [, first, count] = forms.find(([longest]) => length <= longest);
  if (count === undefined) return Buffer.of(first + length);
  const bytes = Buffer.alloc(1 + count, first);
  bytes.writeUIntBE(length, 1, count);
  return bytes;
}

function integer(value) {
  if (value >= -0x20n && value <= 0x7fn) return Buffer.of(Number(BigInt.asUintN(8, value)));
  const forms = value < 0n ? NEGATIVES : NUMBERS;
  for (const [first, [count]] of Object.entries(forms)) {
    const bits = 8 * count;
    if ((value < 0n ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value) {
      const digits = BigInt.asUintN(bits, value).toString(16).padStart(2 * count, "0");
      return Buffer.concat([Buffer.of(Number(first)), Buffer.from(digits, "hex")]);
    }
  }
  throw new RangeError(`${value} has no encoding`);
}

const KINDS = {
  array: Array.isArray,
  bytes: (value) => value instanceof Uint8Array,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
};

/** Return `value` if it is of the kind, and of `length` where one is given. */
export function expect(step, kind, value, what, length) {
  if (!KINDS[kind](value)) throw new Invalid(step, `${what} is not of the kind ${kind}`);
  if (length !== undefined && value.length !== length) {
    throw new Invalid(step, `${what} has length ${value.length} instead of ${length}`);
  }
  return value;
}

/** Return `value` if it is an integer from 0 to 2^63 - 1. */
export function natural(step, value, what) {
  if (typeof value !== "bigint" || value < 0n || value >= 1n << 63n) {
    throw new Invalid(step, `${what} is no integer from 0 to 2^63 - 1`);
  }
  return value;
}
