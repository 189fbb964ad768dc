"""A browser and a collector's phone, as far as the server sees them. Standard library only."""

import hashlib
import http.client
import json
import os
import re
import subprocess
import time
import urllib.parse
import uuid

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
PASSWORD = "河畔-{}-清明Liu7"
# a form of somebody grown up who lacks a pension, as far as nothing else is asked
ANSWERS = {
    "outcome": "11", "certificate": "1", "relation": "02", "hukou": "20", "home": "1", "address": "三组", "work": "30",
    "education": "71", "pension": "17", "medical": "38",
}


def hire(canbao, login, role, area):
    """An account, with a password that must be changed at the first login."""
    command = [canbao, "user", "add", login, "--name", f"用户{login.removeprefix('u')}", "--role", role, "--area", area, "--password-stdin"]
    subprocess.run(command, input=PASSWORD.format(login), text=True, check=True, stdout=subprocess.DEVNULL)


class Browser:
    # logins that have a password of their own by now
    own = {}

    def __init__(self, url):
        self.url, self.cookies, self.connection, self.token = urllib.parse.urlsplit(url), {}, None, ""

    def send(self, method, path, body=None, kind=None):
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Sec-Fetch-Site": "same-origin"}
        if kind:
            headers |= {"Content-Type": kind, "X-Canbao-Token": self.token}
        for attempt in range(2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=120)
                    self.connection.connect()
                begun = time.perf_counter()
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                content = response.read()
                took = time.perf_counter() - begun
                break
            except (http.client.HTTPException, OSError):
                self.connection = None
                if attempt:
                    raise
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return response.status, response.headers.get("Location", ""), content, took

    def form(self, path, fields):
        return self.send("POST", path, urllib.parse.urlencode(fields), "application/x-www-form-urlencoded")

    def call(self, path, message):
        status, _, content, took = self.send("POST", path, json.dumps(message), "application/json")
        if status != 200:
            raise RuntimeError(f"{path}: {status} {content[:200]}")
        return json.loads(content), took

    def log_in(self, login):
        password = self.own.get(login) or PASSWORD.format(login)
        status, location, _, _ = self.form("/login", {"login": login, "password": password})
        if status != 303:
            raise SystemExit(f"{login} was not let in: {status}")
        if location == "/password":
            page = self.send("GET", "/password")[2].decode()
            own = password + "-桥头"
            self.form("/password", {"csrf": CSRF.search(page)[1], "old": password, "new": own, "again": own})
            password = self.own[login] = own
        self.password = password
        return self


class Phone:
    """A collector's device."""

    def __init__(self, browser):
        self.browser, self.device, self.n, self.cursor, self.tasks = browser, str(uuid.uuid4()), 0, 0, []
        browser.token = json.loads(browser.send("GET", "/survey/me")[2])["token"]

    def prove(self):
        self.browser.call("/survey/device", {"device": self.device, "name": "手机", "password": self.browser.password})

    def sync(self, ops=()):
        """Sends operations two hundred at a time and takes everything that is new; gives seconds and results."""
        ops, results, took = list(ops), [], 0.0
        while True:
            message = {"device": self.device, "since": self.cursor, "ops": ops[:200], "forms": {}}
            answer, seconds = self.browser.call("/survey/sync", message)
            took += seconds
            results += answer["results"]
            self.cursor = answer["cursor"]
            self.tasks += answer["tasks"]
            ops = ops[200:]
            if not ops and not answer["more"]:
                return took, results

    def op(self, act):
        self.n += 1
        return {"id": str(uuid.uuid4()), "n": self.n, "at": int(time.time() * 1000), **act}

    def visit(self, task, serial):
        known = task["known"]
        answers = ANSWERS | {"phone": f"139{serial % 100000000:08d}", "name": known.get("name", "新"), "sex": known.get("sex", "1")}
        ops = [self.op({"kind": "set", "task": task["key"], "item": i, "value": v, "bases": []}) for i, v in answers.items()]
        ops.append(self.op({"kind": "visit", "task": task["key"], "found": "met", "note": ""}))
        ops.append(self.op({"kind": "submit", "task": task["key"]}))
        return ops

    def picture(self, task):
        content, name = os.urandom(200_000), str(uuid.uuid4())
        digest = hashlib.sha256(content).hexdigest()
        told = {"kind": "photo", "task": task["key"], "item": "photo.card", "photo": name, "sha256": digest}
        self.sync([self.op(told | {"bytes": len(content), "media": "image/jpeg"})])
        for at in range(0, len(content), 128 << 10):
            piece = content[at : at + (128 << 10)]
            path = f"/survey/photo/{name}?at={at}&device={self.device}"
            status = self.browser.send("POST", path, piece, "application/octet-stream")[0]
            if status != 200:
                raise RuntimeError(f"picture: {status}")
