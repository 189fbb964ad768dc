"""How quick the pages are: fifty people at work on one server, each pressing something every three seconds.

    web.py URL ACCOUNTS.json --seconds 60 --pid PID [--apply COMMAND…]

ACCOUNTS.json is a list of {"login", "password", "role"}. Each person logs in first (not measured). What they press follows
their role: lists and their pages, people, searches, filters that no counter covers, findings, figures. Prints one JSON
object: by kind of page how many, the median, p95, the slowest (milliseconds), the server's peak memory (MB), and the same
again for the time in which COMMAND ran. Standard library only.
"""

import argparse
import html
import json
import random
import re
import subprocess
import sys
import threading
import time
import urllib.parse

import phone
from phone import CSRF

AREA = re.compile(r'href="/area/(\d+)"')
PERSON = re.compile(r'href="/person/(\d+)"')
FINDING = re.compile(r'href="(/finding/\d+)"')
NEXT = re.compile(r'href="([^"]+)" rel="next"')
NAME = re.compile(r'<a href="/person/\d+">([^<]+)</a>')
VILLAGES = re.compile(r'<select id="f-town".*?</select>', re.S)
OPTION = re.compile(r'<option value="(\d+)"')

CATEGORIES = ["uninsured", "partial", "interrupted", "information", "confirmed"]
KINDS = ["row-unresolved", "name-differs", "birth-differs", "duplicate-medical", "deceased-enrolled", "field-missing"]
FILTERS = [
    "age=old&sex=2",
    "age=young&sex=1&scheme=rural-medical",
    "category=uninsured&age=middle&sex=2",
    "category=partial&scheme=rural-medical&finding=birth-differs",
    "aid=subsistence&age=old",
    "aid=disability&sex=1&category=confirmed",
]


class Browser(phone.Browser):
    def __init__(self, url, rng):
        super().__init__(url)
        self.rng = rng

    def send(self, method, path, form=None):
        """Gives status, location, text and milliseconds."""
        body, kind = (None, None) if form is None else (urllib.parse.urlencode(form), "application/x-www-form-urlencoded")
        status, location, content, took = super().send(method, path, body, kind)
        return status, location, content.decode("utf-8", "replace"), took * 1000

    def log_in(self, account):
        status, location, text, _ = self.send("POST", "/login", {"login": account["login"], "password": account["password"]})
        if status != 303:
            raise SystemExit(f"{account['login']} was not let in: {status}")
        if location == "/password":
            text = self.send("GET", "/password")[2]
            own = account["password"] + "-河畔"
            form = {"csrf": CSRF.search(text)[1], "old": account["password"], "new": own, "again": own}
            status, _, text, _ = self.send("POST", "/password", form)
            if status != 303:
                raise SystemExit(f"{account['login']} got no password of their own: {status}")
        self.csrf = CSRF.search(self.send("GET", "/")[2])[1]


class Person:
    """Somebody at work: what they see leads to what they press next."""

    def __init__(self, browser, role, take):
        self.browser, self.role, self.take, self.rng = browser, role, take, browser.rng
        self.people, self.names, self.findings, self.next, self.areas = [], [], [], None, []

    def press(self, kind, path, form=None):
        status, location, text, took = self.browser.send("POST" if form else "GET", path, form)
        self.take(kind, took, status)
        if status == 303 and form:
            status, _, text, took = self.browser.send("GET", location)
            self.take("person" if location.startswith("/person/") else "list", took, status)
        if kind in ("list", "filter"):
            self.people = PERSON.findall(text) or self.people
            self.names = NAME.findall(text) or self.names
            following = NEXT.search(text)
            self.next = html.unescape(following[1]) if following else None
        if kind == "findings":
            self.findings = FINDING.findall(text) or self.findings
        self.areas = AREA.findall(text) or self.areas
        return text

    def once(self):
        rng = self.rng
        if self.role in ("leader",):
            return self.press("dashboard", rng.choice(["/", "/figures"]))
        roll = rng.random()
        if roll < 0.20:
            self.press("list", f"/people?category={rng.choice(CATEGORIES)}")
        elif roll < 0.32 and self.next:
            self.press("list", self.next)
        elif roll < 0.55 and self.people:
            self.press("person", f"/person/{rng.choice(self.people)}")
        elif roll < 0.65 and self.names:
            self.press("list", "/people/find", {"csrf": self.browser.csrf, "q": html.unescape(rng.choice(self.names))})
        elif roll < 0.75:
            self.press("filter", f"/people?{rng.choice(FILTERS)}")
        elif roll < 0.85 and self.role != "collector":
            if self.findings and rng.random() < 0.5:
                self.press("person", rng.choice(self.findings))
            else:
                self.press("findings", f"/findings/{rng.choice(KINDS)}")
        elif roll < 0.95 and self.role != "collector":
            self.press("dashboard", rng.choice(["/", "/figures"]))
        else:
            self.press("dashboard", "/")


def told(times):
    def at(share):
        return round(times[min(len(times) - 1, int(len(times) * share))], 1)

    times = sorted(times)
    return {"pages": len(times), "median": at(0.5), "p95": at(0.95), "slowest": round(times[-1], 1)} if times else {"pages": 0}


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        found = {line.split(":")[0]: line.split()[1] for line in status if line.startswith(("VmHWM", "RssAnon", "VmRSS"))}
    return {key: round(int(kb) / 1024) for key, kb in found.items()}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("url")
    arguments.add_argument("accounts")
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--think", type=float, default=3.0)
    arguments.add_argument("--pid", type=int)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--apply", nargs=argparse.REMAINDER)
    given = arguments.parse_args()
    with open(given.accounts) as file:
        accounts = json.load(file)
    lock, faults = threading.Lock(), {}
    state = {"into": None}

    def take(kind, took, status):
        with lock:
            if status >= 400:
                faults[str(status)] = faults.get(str(status), 0) + 1
            if state["into"] is not None:
                state["into"].setdefault(kind, []).append(took)

    people = []
    for at, account in enumerate(accounts):
        browser = Browser(given.url, random.Random(given.seed * 1000 + at))
        browser.log_in(account)
        people.append(Person(browser, account["role"], take))
    ended = threading.Event()
    failed = []

    def work(person):
        time.sleep(person.rng.random() * given.think)
        while not ended.is_set():
            begun = time.perf_counter()
            try:
                person.once()
            except Exception as error:  # noqa: BLE001 - told at the end, whatever it is
                failed.append(repr(error))
                return
            # as people do: three seconds on the average, from press to press
            ended.wait(max(0.0, given.think * (0.5 + person.rng.random()) - (time.perf_counter() - begun)))

    threads = [threading.Thread(target=work, args=(person,), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    time.sleep(2 * given.think)  # all have begun
    quiet = {}
    state["into"] = quiet
    time.sleep(given.seconds)
    result = {"people": len(people), "seconds": given.seconds, "quiet": {kind: told(times) for kind, times in quiet.items()}}
    if given.pid:
        result["memory_mb"] = memory(given.pid)
    if given.apply:
        busy = {}
        state["into"] = busy
        begun = time.perf_counter()
        done = subprocess.run(given.apply, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        result["apply_seconds"] = round(time.perf_counter() - begun, 1)
        result["apply_code"] = done.returncode
        if done.returncode:
            print(done.stderr, file=sys.stderr)
        with lock:
            result["during_apply"] = {kind: told(times) for kind, times in busy.items()}
            result["during_apply"]["all"] = told([one for times in busy.values() for one in times])
            state["into"] = None
        if given.pid:
            result["memory_mb"] = memory(given.pid)
    ended.set()
    result["answers_400_and_above"], result["broken_off"] = faults, failed[:3]
    print(json.dumps(result, ensure_ascii=False, indent=1))


main()
