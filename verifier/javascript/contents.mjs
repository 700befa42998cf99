// What a certified root says: what the state holds, what became of a transaction, which day closed.

import { Invalid, expect, natural, pack, unpack } from "./encoding.mjs";
import { sha256 } from "./signatures.mjs";

const LEAF = Buffer.of(0);
const BRANCH = Buffer.of(1);
const EMPTY = Buffer.alloc(32);
const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
const DATE_MAX = 200_000n;
const DAY_MS = 86_400_000;

/** Return the key that the proof is of, and the value that the header's state has there, or null. */
export function stateProof(step, header, proof) {
  const [key, value, siblings, other] = expect(step, "array", proof, "the proof", 4);
  const path = sha256(expect(step, "bytes", key, "the key"));
  const depth = expect(step, "array", siblings, "the list of siblings").length;
  if (depth > 256) throw new Invalid(step, "there are more siblings than bits in a path");
  let found = start(step, path, value, other, depth);
  siblings.forEach((sibling, index) => {
    expect(step, "bytes", sibling, "a sibling", 32);
    const right = bit(path, depth - 1 - index);
    found = right ? sha256(BRANCH, sibling, found) : sha256(BRANCH, found, sibling);
  });
  if (!found.equals(header.stateRoot)) {
    throw new Invalid(step, `it does not lead to the state root of block ${header.height}`);
  }
  return { key, value };
}

/** Return the digest at the end of the path: of the key's leaf, of another, or of nothing. */
function start(step, path, value, other, depth) {
  if (value !== null) {
    if (other !== null) throw new Invalid(step, "it shows a value and another leaf");
    return sha256(LEAF, path, sha256(expect(step, "bytes", value, "the value")));
  }
  if (other === null) return EMPTY;
  const [otherPath, otherValue] = expect(step, "array", other, "the other leaf", 2);
  expect(step, "bytes", otherPath, "the other key's digest", 32);
  expect(step, "bytes", otherValue, "the other value's digest", 32);
  let shared = 0;
  while (shared < 256 && bit(path, shared) === bit(otherPath, shared)) shared += 1;
  if (shared === 256 || shared < depth) {
    throw new Invalid(step, "the other leaf does not stand where the key would");
  }
  return sha256(LEAF, otherPath, otherValue);
}

/** Return the bit of a path at a depth; the most significant bit of its first byte is at 0. */
function bit(path, depth) {
  return (path[depth >> 3] >> (7 - (depth & 7))) & 1;
}

/** Return the holding that the proof shows under the header's state root. */
export function holding(header, proof) {
  const step = "state proof";
  const { key, value } = stateProof(step, header, proof);
  const [kind, account, instrument] = expect(step, "array", unpack(step, key), "the key", 3);
  if (kind !== "holding") throw new Invalid(step, "the key is not that of a holding");
  let amount = 0n;
  let reserved = 0n;
  if (value !== null) {
    const held = expect(step, "array", unpack(step, value), "the holding", 2);
    amount = natural(step, held[0], "the amount");
    reserved = natural(step, held[1], "the reserved amount");
  }
  for (const part of [account, instrument]) {
    if (!NAME.test(expect(step, "string", part, "a name in the key"))) {
      throw new Invalid(step, "the key names neither an account nor an instrument");
    }
  }
  return { account, instrument, amount, reserved };
}

/** Return the outcome of the receipt that the path shows under the header's transactions root. */
export function outcomeOf(header, receipt, path) {
  const step = "receipt";
  let found = sha256(LEAF, pack(receipt));
  for (const each of expect(step, "array", path, "the path")) {
    const [left, beside] = expect(step, "array", each, "a step of the path", 2);
    expect(step, "bytes", beside, "a digest of the path", 32);
    expect(step, "boolean", left, "the side of a digest");
    found = left ? sha256(BRANCH, beside, found) : sha256(BRANCH, found, beside);
  }
  if (!found.equals(header.transactionsRoot)) {
    throw new Invalid(step, `it does not lead to the transactions root of block ${header.height}`);
  }
  const [transaction, , outcome] = expect(step, "array", receipt, "the receipt", 3);
  expect(step, "bytes", transaction, "the transaction's id", 32);
  const [tag, code] = expect(step, "array", outcome, "the outcome");
  const id = transaction.toString("hex");
  if (tag === "applied") return { transaction: id, outcome: tag, code: null };
  if (tag === "rejected" && outcome.length > 1) {
    return { transaction: id, outcome: tag, code: expect(step, "string", code, "the code") };
  }
  throw new Invalid(step, "the outcome is neither applied nor rejected");
}

/** Return which business day the receipt closed, if nothing came after that in its block. */
export function closedDay(header, receipt, path) {
  const { outcome } = outcomeOf(header, receipt, path);
  const step = "closing";
  if (outcome !== "applied") throw new Invalid(step, "the transaction closed nothing");
  if (path.some(([left]) => !left)) throw new Invalid(step, "other transactions follow it");
  const [, events] = expect(step, "array", receipt[2], "the outcome", 2);
  const did = expect(step, "array", events, "the list of events").map(
    (event) => expect(step, "array", event, "an event", 3),
  );
  // A day that is closed by a proposal is closed before the proposal is executed.
  const last = did.findLast(([, name]) => name !== "proposal-executed");
  if (last === undefined || last[1] !== "day-closed") {
    throw new Invalid(step, "the last thing that it did was not to close a day");
  }
  const fields = last[2];
  const date = natural(step, fields instanceof Map ? fields.get("date") : null, "the date");
  if (date > DATE_MAX) throw new Invalid(step, "the date is out of range");
  return new Date(Number(date) * DAY_MS).toISOString().slice(0, 10);
}
