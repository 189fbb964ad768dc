#!/usr/bin/env python3
"""Makes the invented .xls files beside it (no Rust crate writes that format): pip install xlwt; python3 make_xls.py"""
import datetime
from pathlib import Path
import xlwt

HERE = Path(__file__).parent
date, text = xlwt.easyxf(num_format_str="yyyy-mm-dd"), xlwt.easyxf(num_format_str="@")

# Several sheets: a title above the header, numbers as text and as numbers, dates, blanks, a total; a note; a hidden sheet; an empty one.
book = xlwt.Workbook(encoding="utf-8")
one = book.add_sheet("一镇")
one.write(0, 0, "某县参保人员名单")
for k, name in enumerate(["姓名", "身份证号码", "性别", "出生日期", "参保状态", "联系电话"]):
    one.write(2, k, name)
rows = [("张甲", "610902198503120010", "男", datetime.date(1985, 3, 12), "正常参保", 13900000001),
        ("李乙", "610902199012310023", "女", datetime.date(1990, 12, 31), "暂停参保", ""),
        ("王丙", "61090219780101003X", "男", "1978/1/1", 1, "13900000003")]
for r, row in enumerate(rows):
    for k, value in enumerate(row):
        if value == "":
            continue
        one.write(3 + r, k, value, date if isinstance(value, datetime.date) else text if isinstance(value, str) else xlwt.XFStyle())
one.write(7, 0, "合计"); one.write(7, 1, 3)
book.add_sheet("空表")
note = book.add_sheet("填表说明"); note.write(0, 0, "请按要求填写"); note.write(1, 0, "不得漏报")
hidden = book.add_sheet("旧数据"); hidden.visibility = 1
for k, name in enumerate(["姓名", "身份证号码"]):
    hidden.write(0, k, name)
hidden.write(1, 0, "赵隐"); hidden.write(1, 1, "610902198503120037")
two = book.add_sheet("二镇")
for k, name in enumerate(["身份证号码", "姓名", "参保状态"]):
    two.write(0, k, name)
two.write(1, 0, "610902196001010044"); two.write(1, 1, "钱丁"); two.write(1, 2, "终止参保")
book.save(str(HERE / "sheets.xls"))

# Shared strings over several continuation records, wide and narrow ones in turn; all kinds of number record.
book = xlwt.Workbook(encoding="utf-8")
sheet = book.add_sheet("长表")
for k, name in enumerate(["姓名", "身份证号码", "住址", "联系电话", "单位编号", "参保状态"]):
    sheet.write(0, k, name)
for r in range(500):
    sheet.write(r + 1, 0, f"王{r}" if r % 3 else f"Wang {r}")
    sheet.write(r + 1, 1, f"61090219850312{r:04d}")
    sheet.write(r + 1, 2, f"{r}号" + ("汉滨区江北街道张滩社区" if r % 2 else "abcdefghij") * (r % 7 + 1))
    sheet.write(r + 1, 3, 13900000000 + r)
    sheet.write(r + 1, 4, r)
    sheet.write(r + 1, 5, r / 100)
book.save(str(HERE / "long.xls"))
