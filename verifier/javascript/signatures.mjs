// Digests, and the one rule of which signatures are valid (docs/proofs.md, "Signatures").

import { createHash, createPublicKey, verify } from "node:crypto";

/** Return the SHA-256 digest of the parts, one after the other. */
export function sha256(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Return `payload` behind its domain and a zero byte: what is hashed or signed. */
export function within(domain, payload) {
  return Buffer.concat([Buffer.from(`${domain}\0`), payload]);
}

const P = 2n ** 255n - 19n;
const SMALL_ORDER = new Set([
  0n,
  1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
  P - 1n,
  P,
  P + 1n,
]);

/** Return the 255 low bits of a point's encoding: its coordinate y. */
function coordinate(point) {
  const bits = BigInt(`0x${Buffer.from(point).reverse().toString("hex")}`);
  return BigInt.asUintN(255, bits);
}

const known = new Map();

/** Return a key as node:crypto has it, or null if it is none that libsodium would take. */
function opened(key) {
  const name = key.toString("base64url");
  if (!known.has(name)) {
    const y = coordinate(key);
    const jwk = { kty: "OKP", crv: "Ed25519", x: name };
    const usable = y < P && !SMALL_ORDER.has(y);
    known.set(name, usable ? createPublicKey({ key: jwk, format: "jwk" }) : null);
  }
  return known.get(name);
}

/** Return whether libsodium would accept the signature, of 64 bytes, by the key, of 32. */
export function isSigned(key, message, signature) {
  const by = opened(key);
  if (by === null || SMALL_ORDER.has(coordinate(signature.subarray(0, 32)))) return false;
  return verify(null, message, by, signature);
}
