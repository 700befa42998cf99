// The steps of a verification, in the order of docs/proofs.md. Each either passes or ends it.

import { certifier, keyOf } from "./configurations.mjs";
import { closedDay, holding, outcomeOf } from "./contents.mjs";
import { Invalid, expect, natural, pack, unpack } from "./encoding.mjs";
import { checkCertificate, checkConfigurations, readEras, readHeaders, readNetwork } from "./headers.mjs";
import { isSigned, within } from "./signatures.mjs";

const BALANCE = "amanat/balance-proof/v1";
const RECEIPT = "amanat/receipt-proof/v1";
const CERTIFICATE = "amanat/balance-certificate/v1";
const SUBMISSION = "amanat/submission-receipt/v1";
const FIELDS = new Map([[BALANCE, 5], [RECEIPT, 6], [CERTIFICATE, 7]]);
const SUBMISSION_HEAD = Buffer.concat([Buffer.of(0x93), pack(SUBMISSION)]);

const ignore = () => {};

/**
 * Check a file that a node gave out against the genesis document, both Buffers, and return what it
 * proves. `report` is told of each step that passed. Throws Invalid, and nothing else.
 */
export function check(genesis, file, eras = null, report = ignore) {
  const network = readNetwork(genesis);
  report("genesis", `network ${network.name}, chain ${network.chain.toString("hex")}`);
  const isSubmission = file.subarray(0, SUBMISSION_HEAD.length).equals(SUBMISSION_HEAD);
  return isSubmission ? submission(network, file, eras, report) : bundle(network, file, report);
}

function bundle(network, file, report) {
  const fields = expect("bundle", "array", unpack("bundle", file), "the bundle");
  const kind = expect("bundle", "string", fields[0] ?? null, "the kind of proof");
  if (!FIELDS.has(kind)) throw new Invalid("bundle", "it is no known kind of proof");
  expect("bundle", "array", fields, "the bundle", FIELDS.get(kind));
  report("bundle", `${kind}, ${file.length} bytes`);

  const known = readEras(network, fields[1]);
  report("eras", `${known.length} of the authorities, the last since block ${known.at(-1).since}`);

  const headers = readHeaders("headers", network, fields[2]);
  checkConfigurations("headers", known, headers);
  const [first] = headers;
  const last = headers.at(-1);
  report("headers", `${headers.length} linked, heights ${first.height} to ${last.height}`);

  const decided = certifier(known, last.height);
  const signers = checkCertificate("certificate", network, decided, last, fields[3], false);
  report("certificate", `block ${last.height} is made final by ${signers.join(", ")}`);

  const proved = contents(kind, first, fields.slice(4), report);
  const finding = {
    network: network.name,
    chain: network.chain.toString("hex"),
    height: first.height,
    time: first.time,
    block: first.digest.toString("hex"),
    certified_height: last.height,
    signers,
    proved,
  };
  return { ...finding, says: claim(finding) };
}

function contents(kind, header, parts, report) {
  if (kind === RECEIPT) {
    const outcome = outcomeOf(header, ...parts);
    report("receipt", `leads to transactions root ${header.transactionsRoot.toString("hex")}`);
    return outcome;
  }
  const balance = holding(header, parts[0]);
  report("state proof", `leads to state root ${header.stateRoot.toString("hex")}`);
  if (kind === BALANCE) return balance;
  const day = closedDay(header, parts[1], parts[2]);
  report("closing", `block ${header.height} closed ${day}, and nothing followed in it`);
  return { ...balance, day };
}

function submission(network, file, eras, report) {
  const fields = expect("receipt", "array", unpack("receipt", file), "the receipt", 3);
  const [, statement, signature] = fields;
  const parts = expect("receipt", "array", statement, "the statement", 5);
  const [chain, transaction, authority, time, height] = parts;
  if (!expect("receipt", "bytes", chain, "the chain").equals(network.chain)) {
    throw new Invalid("receipt", "it is of another chain");
  }
  const said = {
    network: network.name,
    chain: network.chain.toString("hex"),
    transaction: expect("receipt", "bytes", transaction, "the id", 32).toString("hex"),
    authority: expect("receipt", "string", authority, "the authority"),
    time: natural("receipt", time, "the time"),
    height: natural("receipt", height, "the height"),
  };
  report("receipt", `transaction ${said.transaction}`);

  const known = eras === null ? [network.first] : configurations(network, eras);
  const keys = known.map((each) => keyOf(each, authority)).filter((key) => key !== undefined);
  if (keys.length === 0) {
    throw new Invalid("signature", "it is not known to be an authority of this network who signed");
  }
  expect("signature", "bytes", signature, "the signature", 64);
  const message = within("amanat/submission/v1", pack(statement));
  if (!keys.some((key) => isSigned(key, message, signature))) {
    throw new Invalid("signature", `the signature of ${authority} does not hold`);
  }
  report("signature", `${authority} signed it`);
  return { ...said, says: word(said) };
}

function configurations(network, proof) {
  const fields = expect("eras", "array", unpack("eras", proof), "the proof");
  if (fields.length < 2) throw new Invalid("eras", "the proof shows none");
  return readEras(network, fields[1]);
}

/** Return what a valid bundle proves, as a sentence. */
function claim({ proved, height, time, network }) {
  const at = `at height ${height}, ${when(time)}, on ${network}`;
  if ("outcome" in proved) {
    const code = proved.code ? ` (${proved.code})` : "";
    return `transaction ${proved.transaction} was ${proved.outcome}${code} ${at}`;
  }
  const reserved = proved.reserved ? ` (${proved.reserved} of it reserved)` : "";
  const what = `${proved.amount} of ${proved.instrument}${reserved}`;
  if ("day" in proved) {
    const day = `at the close of ${proved.day} (block ${height}, ${when(time)}), on ${network}`;
    return `${proved.account} held ${what} ${day}`;
  }
  return `${proved.account} holds ${what} ${at}`;
}

/** Return what an authority said by a receipt of submission, as a sentence. */
function word({ authority, transaction, time, height, network }) {
  return (
    `${authority} had transaction ${transaction} at ${when(time)}, ` +
    `its log ending at height ${height}, on ${network}`
  );
}

const YEAR_10000 = 253_402_300_800_000n;

function when(time) {
  return time < YEAR_10000 ? new Date(Number(time)).toISOString() : `${time} ms after 1970`;
}
