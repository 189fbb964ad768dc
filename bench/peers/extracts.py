"""What both peers need before they can start: the extracts of a city as Arrow tables of text, whatever their format.

Neither Polars nor DuckDB reads GB18030, DBF or a workbook under a title by itself, so this is the glue that an analyst
writes first; both peers have the same. Columns are recognised by name only; row numbers are those of the extract.
"""

import struct
import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

POPULATION = ("household-register", "nonlocal-residents")
EMPLOYERS = ("business-register", "insured-units")
SYNONYMS = {
    "number": ("证件号码", "公民身份号码", "身份证号码", "身份证号", "身份证", "社会保障号码", "社会保障号", "SFZH", "GMSFHM", "ZJHM"),
    "status": ("参保状态", "人员参保状态", "人员状态", "户籍状态", "状态", "CHZT", "CBZT", "RYZT"),
    "benefit": ("待遇状态", "待遇"),
    "area": ("村代码", "社区代码", "村居代码", "现住地代码", "居村委会代码", "XZQH", "JCWH"),
    "pool": ("统筹区", "TCQ"),
    "credit_code": ("统一社会信用代码", "信用代码", "XYDM"),
}
STATES = {
    "normal": ("正常", "正常参保", "正常参合", "参保缴费", "正常缴费"),
    "suspended": ("暂停", "暂停参保", "暂停参合", "暂停缴费"),
    "ended": ("终止", "终止参保", "终止缴费", "退保"),
    "deceased": ("死亡", "死亡注销"),
    "moved-out": ("迁出", "迁出注销"),
}
WORDS = {word: state for state, words in STATES.items() for word in words}
DRAWING = ("领取", "正常领取", "正常待遇")


def text_of(path):
    """The file as UTF-8, by trying the encodings in the order in which they can be told apart."""
    raw = path.read_bytes()
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:]
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16").encode()
    try:
        raw[: 1 << 20].decode("utf-8", "strict")
        raw.decode("utf-8", "strict")
        return raw
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace").encode()


def delimited(path):
    text = text_of(path)
    head = text[: text.find(b"\n")]
    separator = max(",\t;|", key=lambda mark: head.count(mark.encode()))
    return pl.read_csv(text, separator=separator, infer_schema=False, truncate_ragged_lines=True).to_arrow()


def dbase(path):
    raw = path.read_bytes()
    rows, start, size = struct.unpack("<IHH", raw[4:12])
    fields, at = [("deleted", "S1")], 32
    while raw[at] != 0x0D:
        fields.append((raw[at : at + 11].split(b"\0")[0].decode("gbk"), f"S{raw[at + 16]}"))
        at += 32
    records = np.frombuffer(raw, np.dtype(fields), count=rows, offset=start)
    columns = {}
    for name, _ in fields[1:]:
        text = b"\n".join(records[name].tolist()).decode("gbk", "replace").split("\n")
        columns[name] = pa.array([cell.strip() for cell in text], pa.string())
    return pa.table(columns)


def workbook(path):
    import fastexcel

    book, parts = fastexcel.read_excel(path), []
    for sheet in book.sheet_names:
        cells = pl.from_arrow(book.load_sheet(sheet, header_row=None, dtypes="string").to_arrow())
        known = {name for names in SYNONYMS.values() for name in names}
        head = next((k for k, row in enumerate(cells.head(30).iter_rows()) if known & set(row)), None)
        if head is None:
            continue
        names = [name or f"column {k}" for k, name in enumerate(cells.row(head))]
        parts.append(cells.slice(head + 1).rename(dict(zip(cells.columns, names))).to_arrow())
    return pa.concat_tables(parts, promote_options="default")


def read(path):
    match path.suffix.lower():
        case ".csv" | ".txt":
            return delimited(path)
        case ".dbf":
            return dbase(path)
        case ".xlsx" | ".xls":
            return workbook(path)
        case ".parquet":
            import pyarrow.parquet as pq

            return pq.read_table(path)
        case other:
            raise SystemExit(f"{path}: no reader for {other}")


def column(table, field, own):
    """The column of a canonical field under whichever name it has here; nulls where it has none."""
    for name in (*own, *SYNONYMS[field]):
        if name in table.column_names:
            return table[name].combine_chunks().cast(pa.string())
    return pa.nulls(table.num_rows, pa.string())


def extracts(city):
    """Yields (name, kind, table of canonical text columns, words of its states) for each source of the city file."""
    config = tomllib.loads((city / "city.toml").read_text(encoding="utf-8"))
    for source in config["source"]:
        files = sorted(city.glob(source["path"])) if any(c in source["path"] for c in "*?[") else [city / source["path"]]
        table = pa.concat_tables([read(file) for file in files], promote_options="default")
        fields = ("credit_code",) if source["kind"] in EMPLOYERS else ("number", "status", "benefit", "area", "pool")
        columns = source.get("columns", {})
        own = {field: [name for name, meant in columns.items() if meant == field] for field in fields}
        words = WORDS | source.get("codes", {}).get("status", {})
        yield source.get("name", source["kind"]), source["kind"], pa.table({f: column(table, f, own[f]) for f in fields}), words


def main(run):
    import sys

    if len(sys.argv) != 3:
        raise SystemExit(f"usage: {sys.argv[0]} CITY_DIR OUT_DIR")
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    run(Path(sys.argv[1]), out)
