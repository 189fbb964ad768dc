//! What was done and looked at, in the words of who reads it. The audit holds words that never change, for its chain is over
//! them; a word that is not known here stands as it is.

use canbao_domain::role::Role;
use canbao_domain::rules::Category;
use canbao_domain::source::SourceKind;
use canbao_domain::standard;
use canbao_registry::change::Procedure;

use crate::right::Right;

/// What was done.
const DEEDS: [(&str, &str); 67] = [
    ("account-add", "新增账号"),
    ("account-change", "修改账号"),
    ("account-disable", "停用账号"),
    ("account-enable", "启用账号"),
    ("account-lock", "锁定账号"),
    ("account-reset", "重设密码"),
    ("answer-ask", "答复核实"),
    ("apply", "载入比对结果"),
    ("approve-export", "同意导出"),
    ("area-add", "新增区划"),
    ("area-close", "撤销区划"),
    ("area-rename", "区划改名"),
    ("area-report-to", "区划改由别处管理"),
    ("ask-export", "申请导出"),
    ("ask-undo", "申请撤销变更"),
    ("backup", "备份"),
    ("claim", "登记入户核实"),
    ("decide", "核定关联"),
    ("deliver-add", "加报文件"),
    ("deliver-begin", "上传数据"),
    ("deliver-discard", "丢弃数据"),
    ("deliver-export", "下载待改的行"),
    ("deliver-send", "报送数据"),
    ("deliver-settings", "指定各列的意思"),
    ("deliver-withdraw", "撤回报送"),
    ("draft", "拟通报或报告"),
    ("exchange-answer", "答复联网比对"),
    ("exchange-approve", "同意联网比对"),
    ("exchange-export", "发出联网比对"),
    ("exchange-identity", "建立联网密钥"),
    ("exchange-import", "收入联网比对"),
    ("exchange-peer-add", "登记联网对方"),
    ("exchange-peer-remove", "去掉联网对方"),
    ("exchange-refuse", "不同意联网比对"),
    ("exchange-wish", "申请联网比对"),
    ("exchange-withdraw", "收回联网比对申请"),
    ("handle", "核对疑点"),
    ("handle-many", "批量核对疑点"),
    ("issue", "印发通报或报告"),
    ("job", "比对任务"),
    ("log-in", "登录"),
    ("log-in-password", "输对密码"),
    ("log-out", "退出"),
    ("log-out-everywhere", "退出所有登录"),
    ("mark", "标记"),
    ("password-change", "换密码"),
    ("plan", "改实施方案"),
    ("propose", "提出变更"),
    ("propose-bulk", "批量提出变更"),
    ("refuse", "退回变更"),
    ("refuse-export", "不同意导出"),
    ("refuse-paper", "退回通报或报告"),
    ("refuse-undo", "不同意撤销"),
    ("second-factor-remove", "去掉动态口令"),
    ("second-factor-set", "启用动态口令"),
    ("snapshot", "保存统计快照"),
    ("take-back", "撤销核对"),
    ("take-export", "下载导出文件"),
    ("token-add", "建接口令牌"),
    ("token-revoke", "撤销接口令牌"),
    ("undo", "撤销变更"),
    ("undo-apply", "撤销载入"),
    ("withdraw", "收回变更"),
    ("withdraw-decision", "收回核定"),
    ("withdraw-export", "收回导出申请"),
    ("withdraw-paper", "收回通报或报告"),
    ("withdraw-undo", "收回撤销申请"),
];

/// Words of what it was done to.
const WORDS: [(&str, &str); 89] = [
    ("->", "→"),
    ("account", "账号"),
    ("after", "之后的"),
    ("all", "全部"),
    ("analysis", "统计分析报告"),
    ("another", "另一个"),
    ("answer", "答复"),
    ("answered", "答复"),
    ("apply", "载入"),
    ("area", "区划"),
    ("as", ""),
    ("assessment", "总结评估报告"),
    ("ask", "请村里核实"),
    ("asked", "请核实的疑点"),
    ("at", ""),
    ("batch", "批量查询"),
    ("be", ""),
    ("born", "出生"),
    ("broken", "中断"),
    ("bulk", "批次"),
    ("bulletin", "通报"),
    ("cancelled", "已取消"),
    ("compare", "比对"),
    ("decided", "核对"),
    ("decision", "核定"),
    ("decisions", "全部核定"),
    ("deliver", "报送"),
    ("delivery", "报送"),
    ("department", "部门"),
    ("different", "不是、不属实"),
    ("disability", "残疾人补助"),
    ("done", "完成"),
    ("exchange", "联网比对"),
    ("export", "导出"),
    ("factor", "动态口令"),
    ("failed", "没有完成"),
    ("files", "个文件"),
    ("finding", "疑点"),
    ("findings", "疑点"),
    ("from", "自"),
    ("handling", "核对"),
    ("identity", "密钥"),
    ("in", "，"),
    ("job", "任务"),
    ("left", "没有办"),
    ("list", "名单"),
    ("masked", "遮盖"),
    ("members", "参保人员"),
    ("mended", "待改"),
    ("merged", "合并"),
    ("name", "姓名"),
    ("no", "没有"),
    ("not-this", "不是此人"),
    ("number", "第"),
    ("of", ""),
    ("peer", "对方"),
    ("people", "人"),
    ("person", "记录"),
    ("plan", "实施方案"),
    ("question", "询问"),
    ("queued", "排队"),
    ("refused", "没有同意"),
    ("registry", "登记库"),
    ("request", "申请"),
    ("requests", "申请"),
    ("revision", "版本"),
    ("role", "角色"),
    ("rows", "行"),
    ("running", "开始"),
    ("same", "是、属实"),
    ("second", ""),
    ("sessions", "个登录"),
    ("settings", "各列"),
    ("sex", "性别"),
    ("snapshot", "快照"),
    ("sources", "来源"),
    ("subsistence", "低保、五保"),
    ("such", "这个"),
    ("the", ""),
    ("to", "到"),
    ("token", "令牌"),
    ("undo", "撤销"),
    ("unit", "单位"),
    ("units", "单位"),
    ("unknown", "核实不了"),
    ("until", "到"),
    ("waiting", "等待另一人同意"),
    ("whole", "完整"),
    ("with", "用"),
];

fn of<'a>(all: &[(&str, &'a str)], word: &str) -> Option<&'a str> {
    all.iter().find(|(known, _)| *known == word).map(|(_, said)| *said)
}

/// What was done, in Chinese.
pub(super) fn done(action: &str) -> String {
    of(&DEEDS, action).or_else(|| Procedure::chinese_of(action)).unwrap_or(action).to_owned()
}

/// What it was done to: words in Chinese, numbers and logins as they are.
pub(super) fn to_what(subject: &str) -> String {
    let mut said = String::new();
    let of_account = subject.starts_with("account ");
    let subject = subject.replace("in the city", "in 全市");
    for (at, part) in subject.split(' ').filter(|part| !part.is_empty()).enumerate() {
        let word = part.trim_end_matches([':', ',', ';']);
        // a login may be any word
        let told = if of_account && at == 2 { word.to_owned() } else { named(word) };
        let mark = match part.get(word.len()..) {
            Some(":") => "：",
            Some("" | ",") if told.is_empty() => "",
            Some(",") => "，",
            Some(";") => "；",
            _ => "",
        };
        if !said.is_empty() && !told.is_empty() && !said.ends_with(['：', '，', '；']) && !told.starts_with('，') {
            said.push(' ');
        }
        said.push_str(&told);
        said.push_str(mark);
    }
    said
}

fn named(word: &str) -> String {
    let right =
        || Right::ALL.into_iter().find(|right| right.scope() == Some(word)).map(|right| right.chinese().to_owned());
    let known = of(&WORDS, word).map(str::to_owned);
    let known = known.or_else(|| word.parse::<SourceKind>().ok().map(|kind| kind.chinese().to_owned()));
    let known = known.or_else(|| Role::from_word(word).map(|role| role.chinese().to_owned()));
    let known = known.or_else(|| Category::from_word(word).map(|category| category.chinese().to_owned()));
    let known = known.or_else(|| standard::finding_kinds().find(word).map(|kind| kind.name().to_owned()));
    known.or_else(right).unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeds_are_told_in_chinese_and_unknown_ones_as_they_are() {
        for (action, said) in
            [("log-in", "登录"), ("death", "死亡"), ("apply", "载入比对结果"), ("something-new", "something-new")]
        {
            assert_eq!(done(action), said);
        }
        for (subject, said) in [
            ("account 3 chen.hui: from 10.1.1.1", "账号 3 chen.hui：自 10.1.1.1"),
            ("request 17 person 204", "申请 17 记录 204"),
            ("finding 5 answered same", "疑点 5 答复 是、属实"),
            ("delivery 2 of rural-medical, 3 files", "报送 2 新型农村合作医疗，3 个文件"),
            ("job 1 compare done", "任务 1 比对 完成"),
            ("account 4 liu: reporter in 610902, rural-medical", "账号 4 liu：部门报送员，610902，新型农村合作医疗"),
            ("account 2 city: city in the city", "账号 2 city：市级经办，全市"),
            ("list 610902 uninsured", "名单 610902 未参保"),
            ("12,15,18", "12,15,18"),
        ] {
            assert_eq!(to_what(subject), said);
        }
    }

    #[test]
    fn no_word_stands_twice() {
        for words in [DEEDS.as_slice(), WORDS.as_slice()] {
            for (at, (word, _)) in words.iter().enumerate() {
                assert!(words.iter().skip(at + 1).all(|(other, _)| other != word), "{word}");
            }
        }
    }
}
