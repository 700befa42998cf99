// Who the authorities are: sets of them, and configurations of one set or two.

import { Invalid, expect, natural, pack } from "./encoding.mjs";
import { sha256, within } from "./signatures.mjs";

/** Read a set of authorities, and refuse one that cannot decide safely. */
export function readSet(step, value) {
  const [members, quorum, sovereignMin, rule] = expect(step, "array", value, "the set", 4);
  const keys = new Map();
  const sovereign = new Set();
  const used = new Set();
  for (const member of expect(step, "array", members, "the list of authorities")) {
    const [name, key, kind] = expect(step, "array", member, "an authority", 4);
    expect(step, "string", name, "a name");
    expect(step, "bytes", key, "a key", 32);
    if (kind !== "sovereign" && kind !== "custodian") {
      throw new Invalid(step, "an authority is neither sovereign nor custodian");
    }
    if (keys.has(name) || used.has(key.toString("hex"))) {
      throw new Invalid(step, "a name or a key stands twice");
    }
    keys.set(name, key);
    used.add(key.toString("hex"));
    if (kind === "sovereign") sovereign.add(name);
  }
  const count = BigInt(keys.size);
  const needed = natural(step, quorum, "quorum");
  if (2n * needed <= count || needed > count) {
    throw new Invalid(step, `a quorum of ${needed} of ${count} decides nothing safely`);
  }
  if (rule !== "majority" && rule !== "two_thirds") {
    throw new Invalid(step, "its rule is neither majority nor two_thirds");
  }
  if (rule === "two_thirds" && 3n * needed <= 2n * count) {
    throw new Invalid(step, `a quorum of ${needed} of ${count} is not over two thirds`);
  }
  return { keys, sovereign, quorum: needed, sovereignMin: natural(step, sovereignMin, "sovereign_min"), rule };
}

/** Read a configuration: the set in force, the incoming one if any, and since when. */
export function readConfiguration(step, value) {
  const [current, incoming, learners, since] = expect(step, "array", value, "a configuration", 4);
  expect(step, "array", learners, "the list of learners");
  const sets = [readSet(step, current)];
  if (incoming !== null) sets.push(readSet(step, incoming));
  return {
    sets,
    rule: sets[0].rule,
    since: natural(step, since, "since"),
    digest: sha256(within("amanat/configuration/v1", pack(value))),
  };
}

/** Return the key of a voting member, or undefined. */
export function keyOf(configuration, name) {
  return configuration.sets.find((set) => set.keys.has(name))?.keys.get(name);
}

/** Return whether these names hold a sovereign quorum of the set. */
export function isQuorum(set, names) {
  const present = names.filter((name) => set.keys.has(name));
  const sovereign = present.filter((name) => set.sovereign.has(name));
  return BigInt(present.length) >= set.quorum && BigInt(sovereign.length) >= set.sovereignMin;
}

/** Return which of the configurations, in order from genesis on, certifies the block at `height`. */
export function certifier(known, height) {
  let found = known[0];
  for (const next of known.slice(1)) {
    const completed = next.since === height && found.sets.length === 2;
    if (next.since < height || completed) found = next;
  }
  return found;
}
