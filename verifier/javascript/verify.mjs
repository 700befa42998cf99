#!/usr/bin/env node
// node verify.mjs FILE --genesis GENESIS [--eras FILE]: exit 0 valid, 3 not valid, 2 wrongly called.
// node verify.mjs --lines: checks what each line of standard input holds, in JSON.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { Invalid } from "./encoding.mjs";
import { canonical } from "./genesis.mjs";
import { check } from "./proofs.mjs";

const USAGE = "usage: node verify.mjs FILE --genesis GENESIS [--eras FILE]\n";

const print = (step, seen) => process.stdout.write(`${`${step}:`.padEnd(13)} ${seen}\n`);

function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error.message}`);
  }
}

function one(file, options) {
  const [document, content] = [read(options.genesis), read(file)];
  const eras = options.eras === undefined ? null : read(options.eras);
  let genesis;
  try {
    genesis = canonical(document);
  } catch (error) {
    throw new Error(`${options.genesis}: not a genesis document: ${error.message}`);
  }
  try {
    print("VALID", check(genesis, content, eras, print).says);
    return 0;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    print("NOT VALID", error.message);
    return 3;
  }
}

function verdict({ genesis, file, eras }) {
  const [document, content, later] = [genesis, file, eras ?? null].map(
    (hex) => (hex === null ? null : Buffer.from(hex, "hex")),
  );
  try {
    return { valid: true, ...check(document, content, later) };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { valid: false, step: error.step, reason: error.reason };
  }
}

// Integers are written as strings, because JSON in JavaScript loses those beyond 2^53.
const json = (value) => JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}` : each));

async function lines() {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${json(verdict(JSON.parse(line)))}\n`);
  }
  return 0;
}

async function main() {
  const options = { genesis: { type: "string" }, eras: { type: "string" }, lines: { type: "boolean" } };
  let asked;
  try {
    asked = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}`);
    return 2;
  }
  if (asked.values.lines) return lines();
  if (asked.positionals.length !== 1 || asked.values.genesis === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    return one(asked.positionals[0], asked.values);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

process.exitCode = await main();
