"""Peer: the same job with DuckDB, matching exactly only (equal after normalising). python3 duckdb_exact.py CITY OUT

All that is relational is SQL; the files come in as Arrow tables. It may spill to OUT/tmp like any database.
"""

import duckdb
import pyarrow as pa

from extracts import DRAWING, EMPLOYERS, POPULATION, extracts, main

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SUM = " + ".join(f"{w} * (ord(substr(n, {k + 1}, 1)) - 48)" for k, w in enumerate(WEIGHTS))
WIDE = "".join(chr(0xFF10 + d) for d in range(10)) + "Ｘｘ"

MACROS = f"""
CREATE MACRO check_char(n) AS substr('10X98765432', 1 + ({SUM}) % 11, 1);
CREATE MACRO plain(raw) AS regexp_replace(upper(translate(raw, '{WIDE}', '0123456789XX')), '[^0-9A-Z]', '', 'g');
CREATE MACRO body(t) AS CASE WHEN regexp_full_match(t, '[0-9]{{15}}') THEN substr(t, 1, 6) || '19' || substr(t, 7)
                             WHEN regexp_full_match(t, '[0-9]{{17}}[0-9X]') THEN substr(t, 1, 17) END;
CREATE MACRO person_id(t) AS CASE WHEN body(t) IS NULL THEN NULL
                                  WHEN length(t) = 15 OR check_char(body(t)) = substr(t, 18, 1) THEN body(t) || check_char(body(t)) END;
"""

ROWS = """
CREATE TABLE rows (source VARCHAR, kind VARCHAR, row BIGINT, person_id VARCHAR, area VARCHAR, state VARCHAR);
"""

HELD = """
CREATE TABLE held_{insurance} AS
SELECT person_id, bool_or(state = 'normal') AS live, bool_or(state = 'suspended') AS rests,
       count(DISTINCT kind) FILTER (state = 'normal') AS schemes
FROM rows WHERE kind LIKE '%-{insurance}' AND person_id IS NOT NULL GROUP BY person_id;
"""

PEOPLE = """
CREATE TABLE people AS
WITH population AS (
    SELECT person_id, arg_min(area, row) AS area, arg_min(coalesce(state, ''), row) AS state
    FROM rows WHERE kind IN {population} AND person_id IS NOT NULL GROUP BY person_id)
SELECT person_id, area, CASE WHEN state IN ('deceased', 'moved-out') THEN state ELSE 'alive' END AS life,
       CASE WHEN p.live THEN 'enrolled' WHEN p.rests THEN 'interrupted'
            WHEN CAST(substr(person_id, 7, 8) AS INTEGER) > 20001101 THEN 'not-required' ELSE 'none' END AS pension,
       CASE WHEN m.live THEN 'enrolled' WHEN m.rests THEN 'interrupted' ELSE 'none' END AS medical
FROM population LEFT JOIN held_pension p USING (person_id) LEFT JOIN held_medical m USING (person_id);
"""


def run(city, out):
    db = duckdb.connect(config={"temp_directory": str(out / "tmp")})
    db.execute(MACROS + ROWS)
    employers = set()
    for name, kind, table, words in extracts(city):
        if kind in EMPLOYERS:
            db.execute(f'CREATE TABLE "{kind}" AS SELECT upper(trim(credit_code)) AS credit_code FROM "table"')
            employers.add(kind)
            continue
        states = "CASE status " + " ".join(f"WHEN '{a}' THEN '{b}'" for a, b in words.items()) + " ELSE status END"
        numbered = table.append_column("row", pa.array(range(1, table.num_rows + 1), pa.int64()))
        db.execute(f"""INSERT INTO rows SELECT ?, ?, row, person_id(plain(number)), area,
                       CASE WHEN benefit IN {DRAWING} THEN 'normal' ELSE {states} END FROM numbered""", [name, kind])
        del numbered, table
    for insurance in ("pension", "medical"):
        db.execute(HELD.format(insurance=insurance))
    db.execute(PEOPLE.format(population=POPULATION))

    def write(query, name):
        db.execute(f"COPY ({query}) TO '{out / name}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")

    write("""SELECT source, row, person_id, CASE WHEN person_id IS NULL THEN 'unresolved' ELSE 'exact' END AS method,
                    CASE WHEN person_id IS NOT NULL THEN 1.0::DOUBLE END AS confidence FROM rows""", "links.parquet")
    write("SELECT * FROM people ORDER BY person_id", "persons.parquet")
    write("""SELECT 'duplicate-pension' AS kind, person_id FROM held_pension WHERE schemes > 1 UNION ALL
             SELECT 'duplicate-medical', person_id FROM held_medical WHERE schemes > 1 ORDER BY ALL""", "findings.parquet")
    write("""SELECT *, CASE WHEN medical = 'none' AND pension IN ('none', 'not-required') THEN 'uninsured'
                            WHEN 'none' IN (pension, medical) THEN 'partial' ELSE 'interrupted' END AS category
             FROM people WHERE life = 'alive' AND (pension IN ('none', 'interrupted') OR medical IN ('none', 'interrupted'))
             ORDER BY person_id""", "survey.parquet")
    if len(employers) == 2:
        write("""SELECT credit_code, coalesce(credit_code IN (SELECT credit_code FROM "insured-units" WHERE credit_code IS NOT NULL), false) AS insured FROM "business-register" """, "units.parquet")


if __name__ == "__main__":
    main(run)
