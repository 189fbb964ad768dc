"""What both peers need before they can start: the extracts of a city as Arrow tables of text, whatever their format.

Neither Polars nor DuckDB reads GB18030, DBF or a workbook by itself, so this is the glue that an analyst writes first.
Columns are recognised by name only; row numbers are those of the file.
"""

import struct
import tomllib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

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
LIVE = {"正常参保": "normal", "正常": "normal", "暂停参保": "suspended", "死亡注销": "deceased", "迁出注销": "moved-out"}


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
    names = [name.strip().strip('"') for name in head.decode().strip("\r").split(separator)]
    table = pacsv.read_csv(
        pa.BufferReader(text),
        read_options=pacsv.ReadOptions(skip_rows=1, column_names=names, block_size=16 << 20),
        parse_options=pacsv.ParseOptions(delimiter=separator, newlines_in_values=b'"' in text),
        convert_options=pacsv.ConvertOptions(column_types={n: pa.string() for n in names}, strings_can_be_null=False),
    )
    return table


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

    book = fastexcel.read_excel(path)
    parts = []
    for sheet in book.sheet_names:
        batch = book.load_sheet(sheet, dtypes="string").to_arrow()
        parts.append(pa.Table.from_batches([batch]))
    return pa.concat_tables([p for p in parts if p.num_rows], promote_options="default")


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


def column(table, field):
    """The column of a canonical field under whichever name it has here; nulls where it has none."""
    for name in SYNONYMS[field]:
        if name in table.column_names:
            return table[name].combine_chunks().cast(pa.string())
    return pa.nulls(table.num_rows, pa.string())


def extracts(city):
    """Yields (name, kind, table of canonical text columns) for each source of the city file."""
    config = tomllib.loads((city / "city.toml").read_text(encoding="utf-8"))
    for source in config["source"]:
        files = sorted(city.glob(source["path"])) if any(c in source["path"] for c in "*?[") else [city / source["path"]]
        tables = [read(file) for file in files]
        table = pa.concat_tables(tables, promote_options="default")
        fields = ("credit_code",) if source["kind"] in EMPLOYERS else ("number", "status", "benefit", "area", "pool")
        yield source.get("name", source["kind"]), source["kind"], pa.table({f: column(table, f) for f in fields})


def main(run):
    import sys

    if len(sys.argv) != 3:
        raise SystemExit(f"usage: {sys.argv[0]} CITY_DIR OUT_DIR")
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    run(Path(sys.argv[1]), out)
