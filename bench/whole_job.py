"""The whole job, ours and the peers', on one city: time, peak resident memory, and how many links are right.

    python whole_job.py --canbao BIN --persons N --seed S --work DIR --json FILE [--city DIR] [--repeat K]

Each contender runs as a process of its own, one after the other, K times (the least time and the largest peak count).
The peak is the kernel's (ru_maxrss of wait4). With --city a city that is already there is used.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

import polars as pl

HERE = Path(__file__).resolve().parent
NEVER_DAMAGED = ["household-register", "nonlocal-residents"]  # linked by being themselves; not counted in the links


def measured(command, log):
    """Runs a command; (seconds, peak bytes, exit code)."""
    with open(log, "ab") as out:
        start = time.monotonic()
        pid = os.posix_spawn(command[0], command, os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)])
        _, status, usage = os.wait4(pid, 0)
        return time.monotonic() - start, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status)


def links(city, run):
    """Of the insurance and aid rows: the share of given links that is right, and of possible links that is found."""
    truth = pl.scan_parquet(city / "truth/rows.parquet").filter(~pl.col("source").is_in(NEVER_DAMAGED))
    told = pl.scan_parquet(run / "links.parquet").select(
        pl.col("source").cast(pl.String), pl.col("row").cast(pl.Int64), found=pl.col("person_id").cast(pl.String))
    both = truth.with_columns(pl.col("row").cast(pl.Int64)).join(told, on=["source", "row"], how="left")
    right = (pl.col("found") == pl.col("person_id")).fill_null(False).sum()
    figures = both.select(precision=right / pl.col("found").count(), recall=right / pl.col("person_id").count()).collect()
    return figures.row(0)


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--canbao", required=True)
    ask.add_argument("--persons", type=int, default=200_000)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--work", type=Path, required=True)
    ask.add_argument("--json", type=Path, required=True)
    ask.add_argument("--city", type=Path)
    ask.add_argument("--repeat", type=int, default=1)
    ask.add_argument("--memory-limit", default="2GB")
    asked = ask.parse_args()
    log = asked.work / "bench.log"
    city = asked.city or asked.work / "city"
    result = {"persons": asked.persons, "seed": asked.seed, "cores": os.cpu_count(), "contenders": []}
    if not asked.city:
        shutil.rmtree(city, ignore_errors=True)
        command = [asked.canbao, "synth", "--persons", str(asked.persons), "--seed", str(asked.seed), "--out", str(city)]
        seconds, peak, code = measured(command, log)
        if code:
            sys.exit(f"canbao synth ended with {code}; see {log}")
        result["synth"] = {"seconds": round(seconds, 2), "peak_bytes": peak}
    size = sum(f.stat().st_size for f in city.rglob("*") if f.is_file() and "truth" not in f.parts)
    result["input_bytes"] = size
    python = sys.executable
    contenders = {
        "canbao": [asked.canbao, "compare", str(city / "city.toml"), "--no-workbooks", "--memory-limit", asked.memory_limit, "--out"],
        "polars, exact only": [python, str(HERE / "peers/polars_exact.py"), str(city)],
        "duckdb, exact only": [python, str(HERE / "peers/duckdb_exact.py"), str(city)],
    }
    print(f"{size / 1e6:,.0f} MB of extracts, {os.cpu_count()} cores\n")
    print(f"{'':20} {'seconds':>9} {'peak MB':>9} {'links right':>12} {'links found':>12}")
    for name, command in contenders.items():
        out = asked.work / ("run-" + name.split(",")[0])
        runs = []
        for _ in range(asked.repeat):
            shutil.rmtree(out, ignore_errors=True)
            runs.append(measured([*command, str(out)], log))
            if runs[-1][2] not in (0, 1):
                sys.exit(f"{name} ended with {runs[-1][2]}; see {log}")
        seconds, peak = min(r[0] for r in runs), max(r[1] for r in runs)
        precision, recall = links(city, out)
        result["contenders"].append({"name": name, "seconds": round(seconds, 2), "peak_bytes": peak,
                                     "link_precision": round(precision, 6), "link_recall": round(recall, 6)})
        print(f"{name:20} {seconds:>9.2f} {peak / 1e6:>9,.0f} {precision:>12.5f} {recall:>12.5f}", flush=True)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
