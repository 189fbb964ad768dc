"""Asks a server for every table of an indicator by two dimensions, as a page; how long the slowest takes.

    pivots.py URL LOGIN

Exit code 1 where one takes a second or more.
"""

import sys

from phone import Browser

url, login = sys.argv[1:]
browser = Browser(url).log_in(login)


def asked(path):
    status, _, content, took = browser.send("GET", path)
    if status != 200 or b"<table" not in content:
        raise SystemExit(f"{path}: {status}")
    return took


WORDS = ["county", "town", "village", "category", "pension", "medical", "scheme", "sex", "age", "hukou", "subsistence", "disability", "population", "reason", "registered"]
MEASURES = ["coverage", "uninsured", "reason-known"]
first = asked("/figures/pivot?measure=coverage&rows=county")  # the snapshot is read once
times = []
for measure in MEASURES:
    for rows in WORDS:
        for columns in ["", *WORDS]:
            if columns not in ("town", "village", rows):
                times.append((asked(f"/figures/pivot?measure={measure}&rows={rows}&cols={columns}"), measure, rows, columns))
times.sort(reverse=True)
for took, measure, rows, columns in times[:3]:
    print(f"{'met   ' if took < 1 else 'MISSED'} pivot of {measure}: {rows} × {columns or 'nothing':20} {took:8.3f} s   target 1")
print(f"       {len(times)} pivots, half of them under {times[len(times) // 2][0] * 1000:.0f} ms; the first, which reads the snapshot, {first:.2f} s")
sys.exit(times[0][0] >= 1)
