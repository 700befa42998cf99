// What authorities certified: the genesis document, lines of headers, certificates, eras.

import { certifier, isQuorum, keyOf, readConfiguration } from "./configurations.mjs";
import { stateProof } from "./contents.mjs";
import { Invalid, expect, natural, pack, unpack } from "./encoding.mjs";
import { isSigned, sha256, within } from "./signatures.mjs";

/** Read what the genesis document fixes: the chain, and who speaks for it at first. */
export function readNetwork(document) {
  const step = "genesis";
  const fields = expect(step, "array", unpack(step, document), "the document");
  if (fields.length < 4) throw new Invalid(step, "the document has too few fields");
  const [version, name, , authorities] = fields;
  // Version 3 is of a chain that succeeds another, and has nine fields.
  const succeeds = version === 3n && fields.length === 9;
  if (natural(step, version, "version") !== 2n && !succeeds) throw new Invalid(step, "its version is not known");
  return {
    name: expect(step, "string", name, "the network's name"),
    chain: sha256(within("amanat/genesis/v1", document)),
    first: readConfiguration(step, [authorities, null, [], 0n]),
  };
}

/** Read linked headers, all of this network. */
export function readHeaders(step, network, values) {
  const headers = expect(step, "array", values, "the list of headers").map((each) => readHeader(step, each));
  if (headers.length === 0) throw new Invalid(step, "there is none");
  headers.forEach((header, index) => {
    if (!header.chain.equals(network.chain)) {
      throw new Invalid(step, `block ${header.height} belongs to another chain`);
    }
    const parent = headers[index - 1];
    if (parent === undefined) return;
    if (!header.parent.equals(parent.digest) || header.height !== parent.height + 1n) {
      throw new Invalid(step, `block ${header.height} does not follow block ${parent.height}`);
    }
    if (header.time <= parent.time || header.term < parent.term) {
      throw new Invalid(step, `block ${header.height} goes back in time or in term`);
    }
  });
  return headers;
}

function readHeader(step, value) {
  const fields = expect(step, "array", value, "a header", 11);
  const [version, chain, height, term, parent, time, transactions, state, configuration] = fields;
  if (natural(step, version, "version") !== 1n) throw new Invalid(step, "its version is not known");
  return {
    digest: sha256(within("amanat/block/v1", pack(value))),
    chain: expect(step, "bytes", chain, "chain", 32),
    height: natural(step, height, "height"),
    term: natural(step, term, "term"),
    parent: expect(step, "bytes", parent, "parent", 32),
    time: natural(step, time, "time"),
    transactionsRoot: expect(step, "bytes", transactions, "transactions_root", 32),
    stateRoot: expect(step, "bytes", state, "state_root", 32),
    configuration: expect(step, "bytes", configuration, "configuration", 32),
  };
}

/** Check that each header names the configuration that certifies its height. */
export function checkConfigurations(step, known, headers) {
  for (const header of headers) {
    if (!header.configuration.equals(certifier(known, header.height).digest)) {
      throw new Invalid(step, `block ${header.height} names authorities that are not proved`);
    }
  }
}

/**
 * Return who made `header` final. With `mayBeLater` the certified block may be of the configuration
 * after `known`, as a child always may be.
 */
export function checkCertificate(step, network, known, header, value, mayBeLater) {
  const [parent, block, acks] = expect(step, "array", value, "the certificate", 3);
  const ofChild = known.rule === "two_thirds";
  const [term, height, digest] = expect(step, "array", ofChild ? parent : block, "its block", 3);
  const isThis = digest instanceof Uint8Array && header.digest.equals(digest);
  if (term !== header.term || height !== header.height || !isThis) {
    throw new Invalid(step, `it does not make block ${header.height} final`);
  }
  if (ofChild && expect(step, "array", block, "its block", 3)[0] !== header.term) {
    throw new Invalid(step, `it is of another term than block ${header.height}`);
  }
  const later = mayBeLater || ofChild;
  const message = within("amanat/ack/v1", pack([network.chain, parent, block]));
  const signers = signersOf(step, known, message, acks, later);
  const deciding = later ? known.sets.slice(-1) : known.sets;
  if (!deciding.every((set) => isQuorum(set, signers))) {
    throw new Invalid(step, `${signers.length} signed, which is no sovereign quorum`);
  }
  return signers;
}

function signersOf(step, known, message, acks, strangers) {
  const signers = [];
  let before = null;
  for (const ack of expect(step, "array", acks, "the list of signatures")) {
    const [name, signature] = expect(step, "array", ack, "a signature", 2);
    const bytes = Buffer.from(expect(step, "string", name, "a signer"));
    if (before !== null && Buffer.compare(before, bytes) >= 0) {
      throw new Invalid(step, "somebody signs twice or out of order");
    }
    before = bytes;
    const key = keyOf(known, name);
    if (key === undefined) {
      if (strangers) continue;
      throw new Invalid(step, "somebody signs who is no authority of this network");
    }
    expect(step, "bytes", signature, `the signature of ${name}`, 64);
    if (!isSigned(key, message, signature)) {
      throw new Invalid(step, `the signature of ${name} does not hold`);
    }
    signers.push(name);
  }
  return signers;
}

const CONFIGURATION = pack(["configuration"]);

/** Return every configuration that the eras prove, that of genesis first. */
export function readEras(network, values) {
  const step = "eras";
  const known = [network.first];
  for (const era of expect(step, "array", values, "the list of eras")) {
    const [line, certificate, proof] = expect(step, "array", era, "an era", 3);
    const headers = readHeaders(step, network, line);
    const [first] = headers;
    const before = known.at(-1);
    checkCertificate(step, network, before, headers.at(-1), certificate, true);
    const { key, value } = stateProof(step, first, proof);
    if (!CONFIGURATION.equals(key) || value === null) {
      throw new Invalid(step, `block ${first.height} shows no configuration`);
    }
    const found = readConfiguration(step, unpack(step, value));
    if (found.since <= before.since || found.since !== first.height) {
      throw new Invalid(step, `block ${first.height} did not bring its configuration about`);
    }
    if (found.sets.some((set) => set.rule !== network.first.rule)) {
      throw new Invalid(step, `block ${first.height} changes what makes a block final`);
    }
    known.push(found);
    checkConfigurations(step, known, [first]);
  }
  return known;
}
