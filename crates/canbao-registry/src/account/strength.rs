//! Which passwords will do.

use std::collections::HashSet;

/// Characters, at least.
const SHORT: usize = 10;
/// From so many on, what kinds of characters they are does not matter.
const PHRASE: usize = 16;
/// At most: more is somebody's file.
const LONG: usize = 128;
/// Different characters that must be left besides what is guessed first.
const LEFT: usize = 6;
/// Characters of a run such as `1234`, `dcba`, `7777`.
const RUN: usize = 4;

/// What is guessed first, longer before shorter.
const COMMON: &[&str] = &[
    "qwertyuiop",
    "asdfghjkl",
    "passw0rd",
    "password",
    "p@ssw0rd",
    "p@ssword",
    "administrator",
    "zhongguo",
    "shehuibaoxian",
    "iloveyou",
    "woaini1314",
    "5201314",
    "1qaz2wsx",
    "qazwsx",
    "zxcvbnm",
    "shebao",
    "canbao",
    "renshe",
    "welcome",
    "letmein",
    "1q2w3e4r",
    "q1w2e3r4",
    "changeme",
    "default",
    "monkey",
    "dragon",
    "woaini",
    "mima",
    "qwerty",
    "qwert",
    "qwer",
    "asdf",
    "zxcv",
    "1qaz",
    "2wsx",
    "3edc",
    "admin",
    "admln",
    "root",
    "user",
    "test",
    "guest",
    "abc123",
    "a123",
    "520",
    "1314",
];

/// Why a password will not do, one Chinese sentence; none where it will. `login` and `name` are those of the account.
pub fn weakness(password: &str, login: &str, name: &str) -> Option<String> {
    let long = password.chars().count();
    if long < SHORT {
        return Some(format!("密码至少要 {SHORT} 个字符，现在是 {long} 个。"));
    }
    if long > LONG {
        return Some(format!("密码最多 {LONG} 个字符，现在是 {long} 个。"));
    }
    if password.chars().any(char::is_control) {
        return Some("密码里有换行、制表符之类看不见的字符。".to_owned());
    }
    if password.chars().all(char::is_numeric) {
        return Some("密码不能只有数字：生日、电话和证件号码最先被人试到。".to_owned());
    }
    if long < PHRASE && kinds(password) < 3 {
        return Some(format!("密码要有大写字母、小写字母、数字、符号中的至少三种；有 {PHRASE} 个字符以上的不限。"));
    }
    if left(password, login, name) < LEFT {
        return Some(format!(
            "密码太容易猜：去掉登录名、姓名、年份、常用词和连续或重复的字符，剩下的不同字符不到 {LEFT} 个。"
        ));
    }
    None
}

fn kinds(password: &str) -> usize {
    let kinds: HashSet<u8> = password
        .chars()
        .map(|c| match c {
            'a'..='z' => 0,
            'A'..='Z' => 1,
            c if c.is_numeric() => 2,
            _ => 3,
        })
        .collect();
    kinds.len()
}

/// How many different characters are left when what is guessed first is taken out.
fn left(password: &str, login: &str, name: &str) -> usize {
    let mut text = password.to_lowercase();
    let backwards: String = login.chars().rev().collect();
    for own in [login, &backwards, name].map(|own| own.trim().to_lowercase()) {
        if own.chars().count() >= 2 {
            text = text.replace(&own, "\0");
        }
    }
    for word in COMMON {
        text = text.replace(word, "\0");
    }
    let chars: Vec<char> = text.chars().collect();
    let mut taken = vec![false; chars.len()];
    for (at, four) in chars.windows(4).enumerate() {
        let year: String = four.iter().collect();
        if year.parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year)) {
            taken.iter_mut().skip(at).take(4).for_each(|taken| *taken = true);
        }
    }
    for (at, run) in chars.windows(RUN).enumerate() {
        let steps: HashSet<i64> = run
            .windows(2)
            .filter_map(|pair| match pair {
                [one, next] => Some(i64::from(u32::from(*next)) - i64::from(u32::from(*one))),
                _ => None,
            })
            .collect();
        if steps.len() == 1 && steps.iter().all(|step| step.abs() <= 1) {
            taken.iter_mut().skip(at).take(RUN).for_each(|taken| *taken = true);
        }
    }
    let left: HashSet<char> =
        chars.iter().zip(taken).filter(|(c, taken)| !taken && **c != '\0').map(|(c, _)| *c).collect();
    left.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> String {
        weakness(password, "chen.hui", "陈慧").unwrap_or_default()
    }

    #[test]
    fn short_long_and_plain_ones_are_refused_with_the_reason() {
        for (password, told) in [
            ("Kx7#mQ2v!", "至少要 10 个字符，现在是 9 个"),
            ("", "现在是 0 个"),
            ("kxmqvdhptwca", "至少三种"),
            ("kxmqvd482913", "至少三种"),
            ("612401198503120017", "只有数字"),
            ("Kx7#mQ2\nv!", "看不见的字符"),
        ] {
            assert!(refused(password).contains(told), "{password}: {}", refused(password));
        }
        assert!(refused(&"Kx7#".repeat(33)).contains("最多 128"));
    }

    #[test]
    fn what_is_guessed_first_does_not_count() {
        for password in [
            "Admin@123456",
            "Password@2016",
            "P@ssw0rd1234",
            "Canbao2016!!",
            "Chen.Hui@2016",
            "iuh.nehC@1985",
            "陈慧陈慧Ab1!abc",
            "Qwertyuiop1!",
            "Aa1!Aa1!Aa1!Aa1!",
            "abcdefghijklmnop",
            "1qaz2wsx3EDC!",
            "aaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(refused(password).contains("太容易猜"), "{password}: {}", refused(password));
        }
    }

    #[test]
    fn good_ones_will_do() {
        for password in
            ["k7mq-x3vd-9hpt-w2ca", "Jn4!wPz8kd", "春江潮水连海平，海上明月共潮生。", "correct horse battery"]
        {
            assert_eq!(weakness(password, "chen.hui", "陈慧"), None, "{password}");
        }
        // another's name is nobody's business
        assert_eq!(weakness("chen.hui-Qv7", "wang", "王"), None);
        assert!(weakness("chen.hui-Qv7", "chen.hui", "陈慧").is_some());
    }
}
