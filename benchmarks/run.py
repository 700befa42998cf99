"""Measures this machine: `make bench`. Prints, and writes benchmarks/results/latest.json."""

import argparse
import asyncio
import json
import platform
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from benchmarks import auditing, measurements, reads  # noqa: E402 - found through the path set above

CHOICES = ["signed_bulk", "idle_latency", "failover", "audit", "reads"]


def main() -> None:
    """Run what was asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=CHOICES)
    parser.add_argument("--transfers", type=int, default=20_000)
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of load on each read")
    options = parser.parse_args()
    results: dict[str, Any] = {}
    details: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    if options.only in (None, "signed_bulk"):
        bulk = asyncio.run(
            measurements.signed_bulk(options.transfers, options.accounts, options.runs)
        )
        results["signed_bulk"], details["signed_bulk"] = bulk["share_of_bound"], bulk
        print(
            f"signed_bulk   {bulk['per_second']:,.0f} transfers/s, "
            f"{bulk['share_of_bound']:.2f} of the bound of {bulk['bound_per_second']:,.0f}/s"
        )
    if options.only in (None, "idle_latency"):
        latency = asyncio.run(measurements.idle_latency(300))
        results["idle_latency_p50"], details["idle_latency"] = latency["p50_ms"], latency
        print(f"idle_latency  p50 {latency['p50_ms']:.1f} ms, p99 {latency['p99_ms']:.1f} ms")
    if options.only in (None, "failover"):
        fail = asyncio.run(measurements.failover(7))
        results["failover"], details["failover"] = fail["median_s"], fail
        print(f"failover      median {fail['median_s']:.2f} s, max {fail['max_s']:.2f} s")
    if options.only in (None, "audit"):
        audit = asyncio.run(auditing.audit(3_000, options.transfers))
        results["audit"], details["audit"] = audit["transactions_per_second"], audit
        print(
            f"audit         {audit['transactions_per_second']:,.0f} transfers/s in full blocks, "
            f"{audit['blocks_per_second']:,.0f} blocks/s with one transfer each"
        )
    if options.only in (None, "reads"):
        read = asyncio.run(reads.reads(options.accounts, options.seconds))
        results["reads"], details["reads"] = read["idle"]["holding"]["share_of_bound"], read
        print(reads.table(read))
    if options.only is None:
        target = ROOT / "benchmarks" / "results" / "latest.json"
        target.parent.mkdir(exist_ok=True)
        units = {
            "signed_bulk": "share of bound",
            "idle_latency_p50": "ms",
            "failover": "s",
            "audit": "transfers/s",
            "reads": "share of bound",
        }
        written = {**results, "units": units, "details": details}
        target.write_text(json.dumps(written, indent=2) + "\n")
        print(f"written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
