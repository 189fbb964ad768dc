"""Counts every indicator once more, in Polars, from the record's own tables, and holds the program's figures against it.

    figures.py RECORD.db FOLDER

RECORD.db is a record in SQLite; FOLDER holds what `canbao report export --format parquet` wrote of its last snapshot, taken
when the record was as it is now. Each indicator is counted by its formula in words, by areas of both trees at every level, and,
where it is of people, by sex, age, subsistence, disability and scheme, of employers by their type; then totals are added up and must close.
Prints how many figures agree, and each that does not; exit code 1 where one does not.
"""

import datetime
import sqlite3
import sys
import tomllib
import unicodedata
from pathlib import Path

import polars as pl

record, folder = sys.argv[1], Path(sys.argv[2])
db = sqlite3.connect(f"file:{record}?mode=ro", uri=True)
SCHEMES = ["employee-pension", "resident-pension", "institution-pension", "employee-medical", "resident-medical", "rural-medical"]
OK = ["enrolled", "elsewhere", "not-required"]
POPULATION = ["confirmed", "uninsured", "partial", "interrupted", "information"]


def read(sql, schema):
    """Rows of a query, some at a time: a city of millions does not fit in Python's own lists."""
    cursor, frames = db.execute(sql), []
    while rows := cursor.fetchmany(200_000):
        frames.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


T, N = pl.Utf8, pl.Int64
people = read(
    "SELECT person, area, sex, birth, category, pension, medical, subsistence, disability, schemes FROM person "
    "WHERE state = 'current' AND rev_to > (SELECT MAX(revision) FROM revision) AND rev_from <= (SELECT MAX(revision) FROM revision)",
    {"person": N, "area": T, "sex": T, "birth": T, "category": T, "pension": T, "medical": T, "subsistence": N, "disability": N, "schemes": N},
)
areas = read(
    "SELECT area, level, parent, manager FROM figure_area WHERE snapshot = (SELECT MAX(snapshot) FROM figure_area)",
    {"area": T, "level": T, "parent": T, "manager": T},
)
as_of = db.execute("SELECT as_of FROM snapshot ORDER BY id DESC LIMIT 1").fetchone()[0]
today = datetime.date.fromisoformat(as_of)
city = areas.filter(pl.col("level") == "city")["area"][0]
known = set(areas["area"])

# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────
approved = set(row[0] for row in db.execute("SELECT person FROM survey_task WHERE form = 'person' AND state = 'approved' AND person IS NOT NULL"))
outcomes = dict(db.execute("SELECT person, outcome FROM survey_task WHERE form = 'person' AND state = 'approved' AND person IS NOT NULL ORDER BY id"))
# what a visit ended with where nobody could be asked says why
MET = ["11", "12", "13"]
reasoned = set(row[0] for row in db.execute("SELECT person FROM survey_result WHERE item = 'reason' AND ended IS NULL AND lost = 0 AND value <> 'null'"))
with_reason = {person for person in approved if person in reasoned or outcomes[person] not in MET}


def age(birth):
    if birth is None:
        return None
    born = datetime.date.fromisoformat(birth)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def band(years):
    if years is None:
        return "unknown"
    for word, until in [("0-15", 15), ("16-24", 24), ("25-34", 34), ("35-44", 44), ("45-54", 54), ("55-59", 59), ("60-69", 69)]:
        if years <= until:
            return word
    return "70+"


births = people.select("birth").unique()
bands = births.with_columns(pl.col("birth").map_elements(lambda birth: band(age(birth)), return_dtype=T, skip_nulls=False).alias("age"))
people = people.join(bands, on="birth", how="left", nulls_equal=True)
people = people.with_columns(
    # who lives in no known area is the city's
    pl.when(pl.col("area").is_in(list(known))).then(pl.col("area")).otherwise(pl.lit("")).alias("area"),
    pl.col("category").is_in(POPULATION).alias("of_population"),
    (pl.col("pension").is_in(OK) & pl.col("medical").is_in(OK)).alias("both"),
    pl.col("category").is_in(["uninsured", "partial"]).alias("lacks"),
    pl.col("person").is_in(list(approved)).alias("registered"),
    pl.col("person").is_in(list(with_reason)).alias("reasoned"),
    ((pl.col("schemes") & sum(1 << bit for bit in range(6))) != 0).alias("live"),
    pl.col("sex").replace_strict({"1": "male", "2": "female"}, default="unknown").alias("sex"),
    pl.when(pl.col("subsistence") != 0).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("subsistence"),
    pl.when(pl.col("disability") != 0).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("disability"),
)
of, lacks = pl.col("of_population"), pl.col("lacks") & pl.col("of_population")
is_ = lambda category: pl.col("category") == category
enrolled = of & ~is_("uninsured") & ~is_("partial") & ~is_("interrupted") & ~(is_("information") & ~pl.col("both"))
PEOPLE = {
    "record": (pl.lit(True), pl.lit(True)),
    "population": (of, pl.lit(True)),
    "enrolled": (enrolled, of),
    "coverage": (enrolled, of),
    "uninsured": (is_("uninsured"), of),
    "partial": (is_("partial"), of),
    "interrupted": (is_("interrupted"), of),
    "unclear": (is_("information") & ~pl.col("both"), of),
    "information": (is_("information"), of),
    "confirmed": (is_("confirmed"), of),
    "pension-coverage": (of & pl.col("pension").is_in(["enrolled", "elsewhere"]), of & (pl.col("pension") != "not-required")),
    "medical-coverage": (of & pl.col("medical").is_in(["enrolled", "elsewhere"]), of & (pl.col("medical") != "not-required")),
    "uninsured-registered": (lacks & pl.col("registered"), lacks),
    "reason-known": (lacks & pl.col("reasoned"), lacks),
}
SUMS = [pl.col(f"{code}.{which}").sum() for code in PEOPLE for which in "pw"] + [pl.col("live.p").sum()]
people = people.with_columns(
    [expression.fill_null(False).cast(pl.Int64).alias(f"{code}.{which}") for code, pair in PEOPLE.items() for which, expression in zip("pw", pair)]
    + [pl.col("live").cast(pl.Int64).alias("live.p")]
)

# ── everything else: area, part, whole ───────────────────────────────────────────────────────────────────────────
parts = []  # indicator, area, part, whole


def add(code, area, part=0, whole=0):
    parts.append((code, area if area in known else "", part, whole))


# of the record as it is; what was loaded is of the last comparison
revision = db.execute("SELECT MAX(revision) FROM revision").fetchone()[0]
loaded, loaded_as_of = db.execute("SELECT revision, as_of FROM apply WHERE state = 'visible' ORDER BY revision DESC LIMIT 1").fetchone()
undone = {row[0] for row in db.execute("SELECT revision FROM apply WHERE state = 'undone'")}
decided = {row[0] for row in db.execute("SELECT finding FROM handling WHERE ended IS NULL AND verdict IN ('same', 'different')")}
WRONG = {"several-numbers", "shared-number", "number-of-another", "field-missing", "row-unresolved"}
kinds = dict(db.execute("SELECT source, kind FROM apply_source WHERE revision = ?", (loaded,)))
for finding, kind, area, source, since, until in db.execute("SELECT id, kind, area, source, rev_from, rev_to FROM finding"):
    if since > revision:
        continue
    is_open = until > revision and finding not in decided
    if kind == "row-unresolved" and until > revision:
        if kinds.get(source, source or "").endswith(("-pension", "-medical")):
            add("database-rate", area, 0, 1)
    if since in undone:
        continue
    if kind in ("duplicate-pension", "duplicate-medical", "duplicate-benefit"):
        add("duplicates-found", area, 1, 1)
        add("duplicates-settled", area, int(not is_open), 1)
    if kind in WRONG or kind.endswith("-differs"):
        add("wrong-found", area, 1, 1)
        add("wrong-settled", area, int(not is_open), 1)
    if kind in ("deceased-enrolled", "moved-out-enrolled"):
        add("gone-enrolled", area, int(is_open), 1)
tasks = read(
    "SELECT form, issued, area, state, due, submitted_at FROM survey_task",
    {"form": T, "issued": T, "area": T, "state": T, "due": T, "submitted_at": N},
)
for row in tasks.group_by("form", "issued", "area", "state").len().iter_rows():
    form, issued, area, state, count = row
    if form == "person":
        add("survey-issued", issued, count, count)
        done, live = state in ("submitted", "approved"), state != "exempt"
        add("survey-to-visit", area, count * live, count)
        add("survey-done", area, count * done, count * live)
        add("survey-approved", area, count * (state == "approved"), count * live)
due = tasks.filter(pl.col("due").is_not_null() & (pl.col("state") != "exempt")).with_columns(
    # the day in China
    (pl.col("submitted_at") + 28_800_000).cast(pl.Datetime("ms")).dt.date().cast(T).alias("day")
)
for area, state, until, day, count in due.group_by("area", "state", "due", "day").len().iter_rows():
    if state in ("submitted", "approved") and day is not None:
        add("survey-timely", area, count * (day <= until), count)
    elif until < as_of:
        add("survey-timely", area, 0, count)
for village, visited in db.execute("SELECT village, visited FROM survey_household WHERE live > 0"):
    add("households-visited", village, int(visited != 0), 1)
for (village,) in db.execute("SELECT DISTINCT area FROM survey_task WHERE form = 'person' AND length(area) = 12"):
    add("villages-closed", village, 0, 1)
for (village,) in db.execute("SELECT DISTINCT village FROM survey_closing WHERE opened_at IS NULL"):
    add("villages-closed", village, 1, 0)
for area, compared, equal in db.execute("SELECT t.area, r.compared, r.equal FROM survey_recheck r JOIN survey_task t ON t.id = r.task"):
    add("recheck-agreement", area, equal or 0, compared or 0)
fold = lambda text: "".join(unicodedata.normalize("NFKC", text).casefold().split())
standard = Path(__file__).parent.parent / "crates/canbao-domain/standard/unit_types.toml"
types = {}
for entry in tomllib.loads(standard.read_text())["entry"]:
    types |= {fold(word): entry["code"] for word in [entry["code"], entry["name"], *entry.get("aliases", [])]}
by_type = []  # indicator, type, area, part, whole
for county, kind, category in db.execute("SELECT county, type, category FROM unit WHERE rev_from <= ?1 AND rev_to > ?1", (revision,)):
    wanted = category in ("confirmed", "uninsured", "unregistered", "information")
    item = types.get(fold(kind), "other") if kind and kind.strip() else "none"
    for code, part, whole in (("units", wanted, True), ("unit-coverage", category in ("confirmed", "unregistered"), wanted)):
        add(code, county, int(part), int(whole))
        by_type.append((code, item, county if county in known else "", int(part), int(whole)))
for person, state in db.execute("SELECT person, state FROM change_request"):
    last = db.execute("SELECT area FROM person WHERE person = ? ORDER BY rev_from DESC LIMIT 1", (person,)).fetchone()
    area = last[0] if last else ""
    add("changes-done", area, int(state == "done"), 1)
    add("changes-pending", area, int(state == "pending"), 1)
deliveries = dict(db.execute("SELECT source, MAX(as_of) FROM delivery WHERE state = 'sent' AND used_by IS NOT NULL AND as_of <= ? GROUP BY source", (as_of,)))
for source in kinds:
    day = datetime.date.fromisoformat(deliveries.get(source, loaded_as_of))
    add("source-fresh", "", int((today - day).days <= 31), 1)
others = pl.DataFrame(parts, schema={"indicator": T, "area": T, "part": N, "whole": N}, orient="row")
others = others.group_by("indicator", "area").sum()

employers = pl.DataFrame(by_type, schema={"indicator": T, "item": T, "area": T, "part": N, "whole": N}, orient="row")
employers = employers.group_by("indicator", "item", "area").sum()

# ── areas ────────────────────────────────────────────────────────────────────────────────────────────────────────
above = {
    "codes": dict(areas.select("area", "parent").iter_rows()),
    "reporting": dict(areas.select("area", "manager").iter_rows()),
}


def ways(tree):
    """Every area with those above it, itself first; what is of no known area is the city's."""
    rows = [("", city)]
    for area in known:
        at, seen = area, set()
        while at and at in known and at not in seen:
            rows.append((area, at))
            seen.add(at)
            at = above[tree].get(at)
    return pl.DataFrame(rows, schema={"area": T, "top": T}, orient="row")


LONG = {"tree": T, "area": T, "dimension": T, "item": T, "indicator": T, "numerator": N, "denominator": N}


def long(frame, tree, dimension):
    """Sums of people as a row a figure."""
    frames = []
    for code in PEOPLE:
        frames.append(
            frame.select(
                pl.lit(tree).alias("tree"), pl.col("top").alias("area"), pl.lit(dimension).alias("dimension"),
                (pl.col("item") if dimension else pl.lit("")).alias("item"), pl.lit(code).alias("indicator"),
                pl.col(f"{code}.p").alias("numerator"), pl.col(f"{code}.w").alias("denominator"),
            )
        )
    return frames


mine = []
top_levels = areas.filter(pl.col("level").is_in(["city", "county"]))["area"].to_list()
for tree in ("codes", "reporting"):
    up = ways(tree)
    own = people.group_by("area").agg(SUMS)
    all_of = up.join(own, on="area", how="inner").group_by("top").agg(SUMS)
    mine += long(all_of, tree, "")
    rate = up.join(others.filter(pl.col("indicator") == "database-rate"), on="area", how="inner").group_by("top").agg(pl.col("whole").sum())
    rate = all_of.select("top", "live.p").join(rate, on="top", how="left").with_columns(pl.col("whole").fill_null(0))
    mine.append(rate.select(
        pl.lit(tree).alias("tree"), pl.col("top").alias("area"), pl.lit("").alias("dimension"), pl.lit("").alias("item"),
        pl.lit("database-rate").alias("indicator"), pl.col("live.p").alias("numerator"), (pl.col("live.p") + pl.col("whole")).alias("denominator"),
    ))
    rest = up.join(others.filter(pl.col("indicator") != "database-rate"), on="area", how="inner")
    mine.append(rest.group_by("top", "indicator").agg(pl.col("part").sum(), pl.col("whole").sum()).select(
        pl.lit(tree).alias("tree"), pl.col("top").alias("area"), pl.lit("").alias("dimension"), pl.lit("").alias("item"),
        "indicator", pl.col("part").alias("numerator"), pl.col("whole").alias("denominator"),
    ))
    for dimension in ("sex", "age", "subsistence", "disability"):
        split = people.group_by("area", dimension).agg(SUMS).rename({dimension: "item"})
        split = up.filter(pl.col("top").is_in(top_levels)).join(split, on="area", how="inner")
        mine += long(split.group_by("top", "item").agg(SUMS), tree, dimension)
    split = up.filter(pl.col("top").is_in(top_levels)).join(employers, on="area", how="inner")
    mine.append(split.group_by("top", "indicator", "item").agg(pl.col("part").sum(), pl.col("whole").sum()).select(
        pl.lit(tree).alias("tree"), pl.col("top").alias("area"), pl.lit("employer").alias("dimension"), "item", "indicator",
        pl.col("part").alias("numerator"), pl.col("whole").alias("denominator"),
    ))
    for bit, scheme in enumerate(SCHEMES):
        split = people.filter((pl.col("schemes") & (1 << bit)) != 0).group_by("area").agg(SUMS)
        split = up.filter(pl.col("top").is_in(top_levels)).join(split, on="area", how="inner")
        mine += long(split.group_by("top").agg(SUMS).with_columns(pl.lit(scheme).alias("item")), tree, "scheme")
mine = pl.concat([frame.cast(LONG) for frame in mine])

# ── against the program's ────────────────────────────────────────────────────────────────────────────────────────
theirs = pl.read_parquet(folder / "figures.parquet").select(list(LONG))
checked = set(mine["dimension"].unique())
theirs = theirs.filter(pl.col("dimension").is_in(list(checked)))
theirs = theirs.filter((pl.col("dimension") != "scheme") | pl.col("item").is_in(SCHEMES))
# a rate that counts rows too is told by areas alone
mine = mine.filter((pl.col("dimension") == "") | (pl.col("indicator") != "database-rate"))
keys = ["tree", "area", "dimension", "item", "indicator"]
both = mine.join(theirs, on=keys, how="full", coalesce=True, suffix="_theirs").fill_null(0)
wrong = both.filter((pl.col("numerator") != pl.col("numerator_theirs")) | (pl.col("denominator") != pl.col("denominator_theirs")))
missing = sorted(set(pl.read_parquet(folder / "indicators.parquet")["indicator"]) - set(mine["indicator"]) - set(others["indicator"]))
empty = [code for code in missing if theirs.filter((pl.col("indicator") == code) & ((pl.col("numerator") > 0) | (pl.col("denominator") > 0))).height]
print(f"{both.height:,} figures of {both['indicator'].n_unique()} indicators, {both['area'].n_unique()} areas: {wrong.height:,} differ")
if wrong.height:
    with pl.Config(tbl_rows=40, tbl_cols=-1, tbl_width_chars=200):
        print(wrong)
# totals close: the values of what adds up are everybody's, and the population is the sum of its parts
split = theirs.filter(pl.col("dimension").is_in(["sex", "age", "subsistence", "disability", "employer"]))
sums = split.group_by("tree", "area", "dimension", "indicator").agg(pl.col("numerator").sum(), pl.col("denominator").sum())
whole = theirs.filter(pl.col("dimension") == "").select("tree", "area", "indicator", "numerator", "denominator")
open_ = sums.join(whole, on=["tree", "area", "indicator"], suffix="_all").filter(
    (pl.col("numerator") != pl.col("numerator_all")) | (pl.col("denominator") != pl.col("denominator_all"))
)
wide = whole.pivot(on="indicator", index=["tree", "area"], values="numerator").fill_null(0)
unequal = wide.filter(
    (pl.col("population") != pl.sum_horizontal("enrolled", "uninsured", "partial", "interrupted", "unclear"))
    | (pl.col("population") != pl.sum_horizontal("confirmed", "information", "uninsured", "partial", "interrupted"))
)
print(f"{sums.height:,} totals: {open_.height} do not close; {wide.height:,} populations: {unequal.height} are not the sum of their parts")
for code in empty:
    print(f"not counted a second way: {code}")
sys.exit(1 if wrong.height or open_.height or unequal.height or empty else 0)
