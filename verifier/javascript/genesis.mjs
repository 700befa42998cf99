// The genesis document as people keep it, in JSON, turned into the bytes that name the chain.
//
// The bytes decide: whoever reads the JSON wrongly gets another chain, to which no file belongs.

import { pack } from "./encoding.mjs";

const HEX = Symbol("bytes, written in hexadecimal");
const ANY = Symbol("as it is");

const plain = (...names) => names.map((name) => [name, ANY]);

// A structure is the list of its fields, in the order in which they are encoded; a list of
// structures is { each }, and what may be null { orNull }.
const AUTHORITY = [["name", ANY], ["key", HEX], ["authority_class", ANY], ["participant", ANY]];
const PARTICIPANT = [
  ...plain("name", "title", "roles"),
  ["keys", { each: [["key", HEX], ...plain("weight", "until")] }],
  ...plain("threshold", "lei", "standing"),
];
const POLICY = [
  ["act", ANY],
  ["approvals", { each: plain("role", "count") }],
  ...plain("age_max_ms", "delay_ms"),
];
const DOCUMENT = [
  ...plain("version", "network", "created"),
  ["authorities", [["members", { each: AUTHORITY }], ...plain("quorum", "sovereign_min", "rule")]],
  ["participants", { each: PARTICIPANT }],
  ["policies", { each: POLICY }],
  [
    "parameters",
    plain(
      "validity_max_ms",
      "clock_ahead_max_ms",
      "transaction_bytes_max",
      "operations_max",
      "block_transactions_max",
      "block_bytes_max",
      "rejections_per_hour_max",
      "proposal_max_ms",
    ),
  ],
  ["calendar", [...plain("weekend", "holidays"), ["cut_offs", { each: plain("business", "minute") }]]],
];

const AUTHORITIES = DOCUMENT.find(([name]) => name === "authorities")[1];

// Of a chain that succeeds another. The signatures beside these are no part of what names the chain.
const SUCCESSOR = [
  ...DOCUMENT,
  [
    "recovery",
    [
      [
        "header",
        [
          ["version", ANY],
          ["chain", HEX],
          ...plain("height", "term"),
          ["parent", HEX],
          ["time", ANY],
          ["transactions_root", HEX],
          ["state_root", HEX],
          ["configuration", HEX],
          ["leader_certificate", HEX],
          ["proposer", ANY],
        ],
      ],
      ["certificate", HEX],
      ["lineage", HEX],
      [
        "previous",
        [
          ["current", AUTHORITIES],
          ["incoming", { orNull: AUTHORITIES }],
          ["learners", { each: AUTHORITY }],
          ["since", ANY],
        ],
      ],
      ["reason", ANY],
      ["survey", { each: [...plain("copy", "height"), ["block", HEX], ["log_height", ANY]] }],
      ["lost", { each: [["height", ANY], ["transaction", HEX], ["block", HEX]] }],
    ],
  ],
];

/** Return the document's encoding, whichever form `content` has. Throws if it is JSON and no document. */
export function canonical(content) {
  const start = content.findIndex((byte) => ![0x09, 0x0a, 0x0d, 0x20].includes(byte));
  if (content[start] !== 0x7b) return content;
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  const found = JSON.parse(text);
  if (found?.version !== 3) return pack(structured(found, DOCUMENT, "the document"));
  const { signatures, ...unsigned } = found;
  return pack(structured(unsigned, SUCCESSOR, "the document"));
}

function structured(value, shape, where) {
  if (shape === HEX) {
    if (typeof value !== "string" || !/^([0-9a-f]{2})*$/.test(value)) {
      throw new Error(`${where} must be hexadecimal digits`);
    }
    return Buffer.from(value, "hex");
  }
  if (shape === ANY) return asItIs(value, where);
  if (shape.orNull !== undefined) return value === null ? null : structured(value, shape.orNull, where);
  if (!Array.isArray(shape)) {
    if (!Array.isArray(value)) throw new Error(`${where} must be a list`);
    return value.map((each) => structured(each, shape.each, where));
  }
  const names = shape.map(([name]) => name);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || Object.keys(value).sort().join() !== [...names].sort().join()) {
    throw new Error(`${where} must have exactly the fields ${names.join(", ")}`);
  }
  return shape.map(([name, each]) => structured(value[name], each, name));
}

function asItIs(value, where) {
  if (typeof value === "number") {
    // Beyond this JSON.parse has rounded it.
    if (!Number.isSafeInteger(value)) throw new Error(`${where}: ${value} is no integer below 2^53`);
    return BigInt(value);
  }
  if (Array.isArray(value)) return value.map((each) => asItIs(each, where));
  if (value === null || ["string", "boolean"].includes(typeof value)) return value;
  throw new Error(`${where} must not be an object`);
}
