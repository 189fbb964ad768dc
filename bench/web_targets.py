"""Holds a result of bench/web.py against the targets; exit code 1 where one is missed."""

import json
import sys

TARGETS = {"list": 100, "person": 100, "findings": 100, "dashboard": 300, "filter": 500}

with open(sys.argv[1]) as file:
    result = json.load(file)
missed = [
    f"{kind}: p95 {result['quiet'][kind]['p95']} ms, target {most} ms"
    for kind, most in TARGETS.items()
    if result["quiet"].get(kind, {}).get("p95", 0) > most
]
missed += [f"no page of kind {kind} was asked for" for kind in TARGETS if not result["quiet"].get(kind, {}).get("pages")]
memory = result.get("memory_mb", {})
if memory.get("VmHWM", 0) > 1024:
    missed.append(f"memory {memory['VmHWM']} MB, target 1024 MB")
# each kind by itself: many quick lists would hide a slow dashboard
during = result.get("during_apply", {})
missed += [
    f"while an apply runs, {kind}: p95 {during[kind]['p95']} ms, target 200 ms"
    for kind in TARGETS
    if during.get(kind, {}).get("p95", 0) > 200
]
if result.get("apply_code"):
    missed.append(f"the apply ended with code {result['apply_code']}")
if result["answers_400_and_above"] or result["broken_off"]:
    missed.append(f"faults: {result['answers_400_and_above']} {result['broken_off']}")
for sentence in missed:
    print(f"missed: {sentence}")
if not missed:
    print("all targets met")
sys.exit(1 if missed else 0)
