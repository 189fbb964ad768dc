"""Peer: the same job with Polars, matching exactly only (equal after normalising). python3 polars_exact.py CITY OUT

Finds no damaged number, no relative's number, no second number: what a careful analyst has after a day.
"""

import numpy as np
import polars as pl

from extracts import DRAWING, EMPLOYERS, POPULATION, extracts, main

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int32)
CHECKS = np.frombuffer(b"10X98765432", np.uint8)
UNDER_16 = 20001101  # born later than this: no pension is required on 2016-11-01


def person_ids(raw):
    """Numbers as written -> valid 18-character numbers (GB 11643-1999), null where there is none."""
    rows = pl.DataFrame({"raw": raw.fill_null("")}).with_row_index("at")
    plain = pl.col("raw").str.normalize("NFKC").str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")
    rows = rows.select("at", text=plain)
    old = pl.col("text").str.contains(r"^[0-9]{15}$")
    new = pl.col("text").str.contains(r"^[0-9]{17}[0-9X]$")
    rows = rows.with_columns(
        upgraded=old,
        text=pl.when(old).then(pl.concat_str(pl.col("text").str.head(6), pl.lit("19"), pl.col("text").str.tail(9), pl.lit("?")))
        .when(new).then("text"),
    ).drop_nulls("text").rechunk()
    bytes_ = np.frombuffer(rows["text"].to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2], np.uint8)
    bytes_ = bytes_[: len(rows) * 18].reshape(-1, 18)
    check = CHECKS[(bytes_[:, :17].astype(np.int32) - 48) @ WEIGHTS % 11]
    rows = rows.with_columns(check=pl.Series(check.astype(np.uint32)), last=pl.Series(bytes_[:, 17].astype(np.uint32)))
    letter = pl.col("check").replace_strict(CHECKS.astype(np.uint32).tolist(), list("10X98765432"), return_dtype=pl.String)
    rows = rows.filter(pl.col("upgraded") | (pl.col("check") == pl.col("last")))
    rows = rows.select("at", person_id=pl.col("text").str.head(17) + letter)
    everyone = pl.DataFrame({"at": pl.int_range(len(raw), dtype=pl.UInt32, eager=True)})
    return everyone.join(rows, on="at", how="left", maintain_order="left")["person_id"]


def run(city, out):
    parts, employers = [], {}
    for name, kind, table, words in extracts(city):
        frame = pl.from_arrow(table)
        if kind in EMPLOYERS:
            employers[kind] = frame.select(pl.col("credit_code").str.strip_chars().str.to_uppercase())
            continue
        parts.append(frame.select(
            source=pl.lit(name), kind=pl.lit(kind), row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            person_id=person_ids(frame["number"]), area="area", pool=pl.col("pool").fill_null(""),
            state=pl.when(pl.col("benefit").is_in(DRAWING)).then(pl.lit("normal")).otherwise(pl.col("status").replace(words)),
        ))
        del frame, table
    rows = pl.concat(parts)
    del parts
    known = pl.col("person_id").is_not_null()
    rows.select("source", "row", "person_id", method=pl.when(known).then(pl.lit("exact")).otherwise(pl.lit("unresolved")),
                confidence=pl.when(known).then(1.0)).write_parquet(out / "links.parquet", compression="zstd", compression_level=1)
    people = rows.filter(pl.col("kind").is_in(POPULATION) & known).unique("person_id", keep="first", maintain_order=True).select(
        "person_id", "area", life=pl.when(pl.col("state").is_in(["deceased", "moved-out"])).then("state").otherwise(pl.lit("alive")),
        born=pl.col("person_id").str.slice(6, 8).cast(pl.Int32))
    found = []
    for insurance in ("pension", "medical"):
        held = rows.filter(pl.col("kind").str.ends_with("-" + insurance) & known).group_by("person_id").agg(
            live=(pl.col("state") == "normal").any(), rests=(pl.col("state") == "suspended").any(),
            schemes=pl.col("kind").filter(pl.col("state") == "normal").n_unique())
        exempt = (pl.col("born") > UNDER_16) if insurance == "pension" else pl.lit(False)
        people = people.join(held, on="person_id", how="left").with_columns(
            pl.when("live").then(pl.lit("enrolled")).when("rests").then(pl.lit("interrupted"))
            .when(exempt).then(pl.lit("not-required")).otherwise(pl.lit("none")).alias(insurance)).drop("live", "rests", "schemes")
        found.append(held.filter(pl.col("schemes") > 1).select(kind=pl.lit("duplicate-" + insurance), person_id="person_id"))
    people = people.sort("person_id")
    people.write_parquet(out / "persons.parquet", compression="zstd", compression_level=1)
    pl.concat(found).sort("kind", "person_id").write_parquet(out / "findings.parquet")
    lacks = [pl.col(insurance) == "none" for insurance in ("pension", "medical")]
    rests = (pl.col("pension") == "interrupted") | (pl.col("medical") == "interrupted")
    survey = people.filter(pl.col("life") == "alive").with_columns(
        category=pl.when(lacks[1] & (lacks[0] | (pl.col("pension") == "not-required"))).then(pl.lit("uninsured"))
        .when(lacks[0] | lacks[1]).then(pl.lit("partial")).when(rests).then(pl.lit("interrupted")))
    survey.drop_nulls("category").write_parquet(out / "survey.parquet", compression="zstd", compression_level=1)
    if len(employers) == 2:
        insured = employers["insured-units"]["credit_code"]
        employers["business-register"].with_columns(insured=pl.col("credit_code").is_in(insured.implode())).write_parquet(out / "units.parquet")


if __name__ == "__main__":
    main(run)
