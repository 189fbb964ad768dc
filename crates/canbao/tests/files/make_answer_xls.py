#!/usr/bin/env python3
"""Makes the invented province_answer.xls beside it (no Rust crate writes that format): pip install xlwt; python3 make_answer_xls.py"""
from pathlib import Path
import xlwt

def number(body):
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]

book = xlwt.Workbook(encoding="utf-8")
sheet = book.add_sheet("结果")
sheet.write(0, 0, "比对结果")
rows = [["身份证", "姓名", "行政区划名称", "险种类型"],
        [number("61090219660808002"), "冯玉兰", "430300", "新型农村社会养老保险"],
        [number("61090219850312001"), "王秀英", "430300", "新型农村社会养老保险"]]
for r, row in enumerate(rows):
    for c, cell in enumerate(row):
        sheet.write(2 + r, c, cell)
book.save(str(Path(__file__).parent / "province_answer.xls"))
