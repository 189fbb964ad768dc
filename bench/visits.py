"""Offices at work in a record whose tasks are issued, by pages, telephones and the API: some villages are visited, checked,
approved, asked again and closed, findings are decided, changes are put forward and decided. So no figure of it is nought.

    visits.py CANBAO URL RECORD.db [VILLAGES]

CANBAO_DATABASE is that of the server at URL. What cannot be worked out as it goes ends with exit code 1.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import urllib.request
import uuid

from phone import CSRF, Browser, Phone, hire

canbao, url, record = sys.argv[1:4]
most = int(sys.argv[4]) if len(sys.argv) > 4 else 24
db = sqlite3.connect(f"file:{record}?mode=ro", uri=True)
villages = db.execute(
    "SELECT area, count(*) FROM survey_task WHERE form = 'person' AND length(area) = 12 GROUP BY area HAVING count(*) BETWEEN 4 AND 300 ORDER BY area"
).fetchall()
villages = [area for area, _ in villages[:: max(1, len(villages) // most)][:most]]
city = db.execute("SELECT code FROM area WHERE level = 'city'").fetchone()[0]
offices = {}


def office(role, area):
    """Somebody of a role there, with a session."""
    if (role, area) not in offices:
        login = f"{role}{area}".replace("collector", "v")
        hire(canbao, login, role, area)
        offices[role, area] = Browser(url).log_in(login)
    return offices[role, area]


def press(browser, page, action, fields):
    """Sends a page's form; the page it comes back with where it was refused."""
    csrf = CSRF.search(browser.send("GET", page)[2].decode())[1]
    status, _, content, _ = browser.form(action, [("csrf", csrf), *fields])
    return None if status == 303 else f"{action}: {status} {re.sub('<[^>]+>', ' ', content.decode())[:2000]}"


# ── at doors ─────────────────────────────────────────────────────────────────────────────────────────────────────
MET = {"certificate": "1", "relation": "02", "hukou": "20", "home": "1", "address": "三组", "work": "30", "education": "71"}


def answers(task, kind, serial):
    """What is said at a door: insured elsewhere, or not and why, or nobody is there to say it."""
    if kind == "nobody":
        return {"outcome": "37", "told_by": "邻居"}
    known = task["known"]
    said = MET | {"outcome": "12" if kind == "proxy" else "11", "name": known.get("name", "新"), "sex": known.get("sex", "1"), "phone": f"139{serial:08d}"}
    if kind == "proxy":
        said["proxy"] = "妻子"
    if not known.get("birth_date"):
        said["birth_date"] = "1980-01-01"
    student = int(task["facts"].get("age") or 30) < 16 or kind == "lacking" and serial % 4 == 1
    if student:
        said |= {"work": "40", "school": "中学"}
    if kind == "lacking":
        said |= {"pension": "00", "medical": "38", "reason": "203" if student else ["302", "203", "301", "310"][serial % 4], "wish": "1"}
    else:
        said |= {"pension": "17", "medical": "38"}
    return said


KINDS = ["lacking", "insured", "nobody", "lacking", "proxy", "left"]
counts = {"visited": 0, "refused": 0, "approved": 0, "rechecked": 0, "closed": 0, "decided": 0, "changes": 0}
serial, longest = 0, 0.0
for at, village in enumerate(villages):
    phone = Phone(office("collector", village))
    phone.prove()
    phone.sync()
    ops, done = [], []
    for task in phone.tasks:
        if task["form"] != "person" or task["state"] != "open":
            continue
        serial += 1
        # every fourth village is visited to the last door
        kind = KINDS[serial % len(KINDS)]
        kind = "nobody" if kind == "left" and at % 4 == 0 else kind
        if kind == "left":
            continue
        key = task["key"]
        ops += [phone.op({"kind": "set", "task": key, "item": i, "value": v, "bases": []}) for i, v in answers(task, kind, serial).items()]
        ops.append(phone.op({"kind": "visit", "task": key, "found": "absent" if kind == "nobody" else "met", "note": ""}))
        ops.append(phone.op({"kind": "submit", "task": key}))
        done.append((key, ops[-1]["id"]))
    took, results = phone.sync(ops)
    longest = max(longest, took)
    results = {result["id"]: result for result in results}
    handed_in = [key for key, op in done if results[op]["state"] == "done"]
    counts["visited"] += len(handed_in)
    counts["refused"] += len(done) - len(handed_in)
    # the town checks all, the county approves most of them
    for role, area, word, keys in [("town", village[:9], "check", handed_in), ("county", village[:6], "approve", handed_in[: -1 - at % 2] if at % 4 else handed_in)]:
        for begin in range(0, len(keys), 100):
            press(office(role, area), "/survey/tasks", "/survey/tasks", [("act", word)] + [("task", key) for key in keys[begin : begin + 100]])
    if at % 4 == 0:
        town = office("town", village[:9])
        page, seen = f"/survey/complete/{village}", set()
        while marks := set(re.findall(r'name="mark" value="([^"]+)"', town.send("GET", page)[2].decode())) - seen:
            seen |= marks
            for mark in marks:
                press(town, "/survey/tasks", page, [("act", "explain"), ("mark", mark), ("says", "由县里直接核实")])
        fault = press(town, "/survey/tasks", page, [("act", "close"), ("password", town.password)])
        counts["closed"] += fault is None
counts["approved"] = db.execute("SELECT count(*) FROM survey_task WHERE state = 'approved'").fetchone()[0]

# ── asked again ──────────────────────────────────────────────────────────────────────────────────────────────────
county = office("county", villages[0][:6])
fault = press(county, "/survey/samples", "/survey/samples", [("kind", "visit"), ("seed", "7"), ("share", "20")])
if fault:
    raise SystemExit(fault)
page = county.send("GET", "/survey/sample/1")[2].decode()
for at, again in enumerate(re.findall(r'href="(/survey/sample/1/\d+)"', page)[:40]):
    said = MET | {"outcome": "11", "pension": "00", "medical": "38", "reason": "302", "work": "30" if at % 3 else "60"}
    counts["rechecked"] += press(county, again, again, list(said.items())) is None

# ── findings and changes, by the API ─────────────────────────────────────────────────────────────────────────────


def token(login, *scopes):
    given = [word for scope in scopes for word in ("--scope", scope)]
    command = [canbao, "user", "token", "add", login, "--name", "同步", "--until", "2026-12-31", "--json", *given]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["secret"]


def call(secret, method, path, body=None):
    request = urllib.request.Request(f"{url}/api/v1{path}", method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {secret}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", str(uuid.uuid4()))
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


office("city", city)
hire(canbao, "second", "city", city)
Browser(url).log_in("second")
one = token(f"city{city}", "findings", "propose", "people")
two = token("second", "check", "people")
for kind, verdict in [("duplicate-pension", "same"), ("duplicate-medical", "same"), ("field-missing", "different"), ("shared-number", "different"), ("deceased-enrolled", "same"), ("row-unresolved", "different")]:
    for case in call(one, "GET", f"/cases?kind={kind}&stand=open&limit=100")["cases"][:60:2]:
        for word in (verdict, "same", "different"):
            try:
                call(one, "POST", f"/cases/{case['id']}/decision", {"verdict": word})
                counts["decided"] += 1
                break
            except urllib.error.HTTPError:
                continue
lacking = [row[0] for row in db.execute("SELECT person FROM person WHERE state = 'current' AND category = 'uninsured' ORDER BY person LIMIT 4000")][::97]
for at, person in enumerate(lacking[:20]):
    seen = call(one, "GET", f"/people/{person}")["revision"]
    procedure = {"procedure": "death"} if at % 2 else {"procedure": "move-out", "to": "西安市"}
    try:
        made = call(one, "POST", "/changes", {"person": person, "seen": seen, "effective": "2016-11-01", "procedure": procedure})
        counts["changes"] += 1
        if at % 5:
            call(two, "POST", f"/changes/{made['request']}/decision", {"approve": True, "reason": "已核对", "seen": call(two, "GET", f"/changes/{made['request']}")["seen"]})
    except urllib.error.HTTPError as error:
        print(f"a change was refused: {error.code} {error.read()[:300].decode()}")
print(", ".join(f"{count} {what}" for what, count in counts.items()))
print(f"the longest that a phone's visits took while offices worked: {longest:.2f} s")
nought = [what for what, count in counts.items() if count == 0 and what != "refused"]
if nought:
    raise SystemExit(f"nothing was {', '.join(nought)}")
