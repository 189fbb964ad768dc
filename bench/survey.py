"""The house-to-house survey of a large city: how long its pages, its phones and its papers take.

    survey.py accounts CANBAO FOLDER DATABASE        accounts for offices and 200 collectors, written to FOLDER/accounts.json
    survey.py measure URL FOLDER --pid PID --assigned BEGUN ENDED
    survey.py paper CANBAO FOLDER

Prints figures beside their targets; exit code 3 where one is missed. Standard library only.
"""

import argparse
import json
import re
import resource
import sqlite3
import subprocess
import sys
import threading
import time

from phone import Browser, Phone, hire

COLLECTORS = 200


def accounts(canbao, folder, database):
    tasks = sqlite3.connect(database.removeprefix("sqlite://"))
    villages = tasks.execute(
        "SELECT area, count(*) FROM survey_task WHERE form = 'person' AND length(area) = 12 GROUP BY area ORDER BY 2 DESC"
    ).fetchall()
    total = tasks.execute("SELECT count(*) FROM survey_task").fetchone()[0]
    # the first with no more than 500 tasks, and others all over the city
    large = next((area for area, count in villages if count <= 500), villages[-1][0])
    others = [area for area, _ in villages if area != large]
    step = max(1, len(others) // COLLECTORS)
    places = [("city", large[:4] + "00"), ("county", large[:6]), ("town", large[:9]), ("collector", large)]
    places += [("collector", area) for area in others[::step][:COLLECTORS]]
    told = []
    for at, (role, area) in enumerate(places):
        login = f"u{at}"
        hire(canbao, login, role, area)
        told.append({"login": login, "role": role, "area": area})
    with open(f"{folder}/accounts.json", "w") as file:
        json.dump({"accounts": told, "tasks": total, "villages": len(villages), "large": large}, file)
    print(f"{total} tasks in {len(villages)} villages; the village that is measured: {dict(villages)[large]} tasks")


class Sheet:
    def __init__(self):
        self.missed = False

    def line(self, what, value, target, unit):
        missed = value > target
        self.missed |= missed
        print(f"{'missed' if missed else 'met':7}{what:<58}{value:>10.2f} {unit:<3} target {target:g}", flush=True)


def at(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * share))]


def pages(url, told, sheet):
    for index, level in enumerate(["city", "county", "town", "village"]):
        browser = Browser(url).log_in(told["accounts"][index]["login"])
        area = told["accounts"][index]["area"]
        paths = ["/survey", "/survey?form=unit", "/survey/complete", f"/survey/complete/{area}", "/survey/tasks"]
        paths += ["/survey/tasks?state=open", "/survey/tasks?state=submitted", "/survey/tasks?state=late"]
        # a village's own page is where the list leads
        for path in paths if level != "village" else [path for path in paths if path != "/survey/complete"]:
            times = []
            for _ in range(12):
                status, _, _, took = browser.send("GET", path)
                if status != 200:
                    raise SystemExit(f"{level} {path}: {status}")
                times.append(took * 1000)
            # the first one too: nobody who looks once a day sees a second
            sheet.line(f"page {level} {path.replace(area, 'OWN')}", max(times), 300, "ms")


def crowd(url, told, sheet):
    faults, times, lock, ready = [], [], threading.Lock(), threading.Barrier(COLLECTORS)
    phones = [Phone(Browser(url).log_in(account["login"])) for account in told["accounts"][4 : 4 + COLLECTORS]]

    def work(at, phone):
        ready.wait()
        begun = time.perf_counter()
        try:
            phone.prove()
            phone.sync()
            people = [task for task in phone.tasks if task["form"] == "person" and task["state"] == "open"][:5]
            phone.sync([op for serial, task in enumerate(people) for op in phone.visit(task, at * 10 + serial)])
            if people:
                phone.picture(people[0])
            phone.sync()
        except Exception as error:  # whatever it was, it is a fault
            with lock:
                faults.append(str(error))
        with lock:
            times.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(phones)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sheet.line(f"{len(phones)} phones at once: faults", len(faults), 0, "")
    print(f"       first and last of them done after {min(times):.1f} and {max(times):.1f} s; {set(faults) or 'no fault'}")


def measure(url, folder, pid, assigned):
    with open(f"{folder}/accounts.json") as file:
        told = json.load(file)
    sheet = Sheet()
    sheet.line(f"{told['tasks']} tasks in {told['villages']} villages issued", assigned[1] - assigned[0], 60, "s")
    pages(url, told, sheet)
    phone = Phone(Browser(url).log_in(told["accounts"][3]["login"]))
    phone.prove()
    took, _ = phone.sync()
    mine = [task for task in phone.tasks if task["form"] == "person" and task["state"] == "open"]
    sheet.line(f"a village's {len(phone.tasks)} tasks come to a phone", took, 5, "s")
    took, results = phone.sync([op for serial, task in enumerate(mine) for op in phone.visit(task, serial)])
    done = sum(result["state"] == "done" for result in results)
    sheet.line(f"its {len(mine)} visits go back ({len(results)} operations, {done} done)", took, 5, "s")
    crowd(url, told, sheet)
    with open(f"/proc/{pid}/status") as file:
        peak = int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) / 1024
    sheet.line("the server's memory", peak, 1024, "MB")
    return sheet


def paper(canbao, folder):
    with open(f"{folder}/accounts.json") as file:
        village = json.load(file)["large"]
    sheet = Sheet()
    begun = time.perf_counter()
    out = f"{folder}/village.pdf"
    command = [canbao, "--lang", "en", "survey", "forms", "--village", village, "--out", out]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    said = done.stdout
    took = time.perf_counter() - begun
    count = int(re.search(r"([\d,]+) pages", said)[1].replace(",", ""))
    sheet.line(f"{count} pages printed; a thousand", took / count * 1000, 20, "s")
    sheet.line("memory", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1024, "MB")
    return sheet


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["accounts", "measure", "paper"])
    parser.add_argument("given", nargs="*")
    parser.add_argument("--pid", type=int)
    parser.add_argument("--assigned", nargs=2, type=float)
    arguments = parser.parse_args()
    if arguments.what == "accounts":
        return accounts(*arguments.given)
    sheet = measure(*arguments.given, arguments.pid, arguments.assigned) if arguments.what == "measure" else paper(*arguments.given)
    sys.exit(3 if sheet.missed else 0)


main()
