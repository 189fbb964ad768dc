//! Out of order, interrupted, repeated: named cases. Each is what two devices did on one task and in which order it came; what
//! the server has in the end is written down beside it.

use serde_json::{Value, json};

use super::households_are_counted;
use super::phone::{Phone, filled, issued, set, states, submit};
use crate::support::Site;

/// Operations by their short names: whose, when, what. `T` is the task, `H` its household.
fn operation(name: &str, task: &str, household: &str) -> (Value, &'static str) {
    let id = |name: &str| format!("{task}-{name}");
    let set_on = |item: &str, value: &str, bases: &[&str]| {
        let bases: Vec<String> = bases.iter().map(|base| id(base)).collect();
        set(task, item, value, &bases.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let photo = |photo: &str| {
        json!({ "kind": "photo", "task": task, "item": "photo.card", "photo": format!("{photo}-{task}"),
            "sha256": "a".repeat(64), "bytes": 10, "media": "image/jpeg" })
    };
    let (at, act, whose) = match name {
        "H" => (1, json!({ "kind": "household", "household": household, "village": "610902001001" }), "A"),
        "T" => (2, json!({ "kind": "person", "task": task, "household": household }), "A"),
        "a1" => (10, set_on("phone", "13900000001", &[]), "A"),
        "a2" => (20, set_on("phone", "13900000002", &["a1"]), "A"),
        "a3" => (30, set_on("phone", "13900000003", &["a2"]), "A"),
        "b1" => (15, set_on("phone", "13900000011", &[]), "B"),
        "b2" => (25, set_on("phone", "13900000012", &["a1"]), "B"),
        "b3" => (40, set_on("phone", "13900000013", &["a1", "b1"]), "B"),
        "b4" => (5, set_on("phone", "13900000014", &["a2"]), "B"),
        // the same said by both
        "b5" => (16, set_on("phone", "13900000001", &[]), "B"),
        "an" => (12, set_on("note", "甲写的", &[]), "A"),
        "bn" => (13, set_on("note", "乙写的", &[]), "B"),
        "aw" => (14, set_on("phone.why", "邻居的电话", &[]), "A"),
        "av" => (11, json!({ "kind": "visit", "task": task, "found": "absent", "note": "" }), "A"),
        "bv" => (17, json!({ "kind": "visit", "task": task, "found": "met", "note": "" }), "B"),
        "hv" => (18, json!({ "kind": "visit", "task": household, "found": "absent", "note": "" }), "A"),
        "ap" => (12, photo("pa"), "A"),
        "au" => (13, json!({ "kind": "unphoto", "task": task, "photo": format!("pa-{task}") }), "A"),
        "bp" => (12, photo("pb"), "B"),
        "bu" => (14, json!({ "kind": "unphoto", "task": task, "photo": format!("pa-{task}") }), "B"),
        "as" => (60, submit(task), "A"),
        "bs" => (61, submit(task), "B"),
        "ar" => (62, json!({ "kind": "reopen", "task": task }), "A"),
        other => panic!("no operation {other}"),
    };
    let mut act = act;
    act["id"] = id(name).into();
    act["n"] = at.into();
    act["at"] = (1_480_000_000_000_i64 + i64::from(at) * 1000).into();
    (act, whose)
}

/// All items that make the form complete, as A wrote them: `F`.
fn form(task: &str) -> Vec<Value> {
    let mut answers = filled("30");
    answers.retain(|(item, _)| *item != "phone");
    answers.extend([
        ("name", "何新".to_owned()),
        ("sex", "1".to_owned()),
        ("birth_date", "1980-01-01".to_owned()),
        ("phone", "13900000001".to_owned()),
    ]);
    let mut ops = Vec::new();
    for (at, (item, value)) in answers.iter().enumerate() {
        let mut act = set(task, item, value, &[]);
        act["id"] = if *item == "phone" { format!("{task}-a1") } else { format!("{task}-F-{item}") }.into();
        act["n"] = (100 + at).into();
        act["at"] = (1_480_000_010_000_i64).into();
        ops.push(act);
    }
    ops
}

/// Name; what came, batch by batch (`A:` or `B:` and operations; `F` stands for a whole form); what is there then.
/// In what is there: the phone's heads, the one that counts first; notes; attempts; pictures; state.
const CASES: &[(&str, &[&str], &str)] = &[
    ("one answer", &["A:a1"], "1 | - | 0 | 0 | open"),
    ("one answer twice in one message", &["A:a1 a1"], "1 | - | 0 | 0 | open"),
    ("one answer in two messages", &["A:a1", "A:a1"], "1 | - | 0 | 0 | open"),
    ("an answer and its correction", &["A:a1 a2"], "2 | - | 0 | 0 | open"),
    ("the correction comes alone first, then both", &["A:a2", "A:a1 a2"], "2 | - | 0 | 0 | open"),
    ("the correction comes first in one message", &["A:a2 a1", "A:a2"], "2 | - | 0 | 0 | open"),
    ("the answer comes again after its correction", &["A:a1 a2", "A:a1"], "2 | - | 0 | 0 | open"),
    ("three corrections, the middle one last", &["A:a1", "A:a3", "A:a2", "A:a3"], "3 | - | 0 | 0 | open"),
    (
        "three corrections in reverse, sent until all are in",
        &["A:a3 a2 a1", "A:a3 a2 a1", "A:a3 a2 a1"],
        "3 | - | 0 | 0 | open",
    ),
    ("two devices say different things", &["A:a1", "B:b1"], "11 1 | - | 0 | 0 | open"),
    ("two devices, the later one first", &["B:b1", "A:a1"], "11 1 | - | 0 | 0 | open"),
    ("two devices say the same", &["A:a1", "B:b5"], "1 1 | - | 0 | 0 | open"),
    ("one saw what the other said, and changes it", &["A:a1", "B:b2"], "12 | - | 0 | 0 | open"),
    ("both change the same answer", &["A:a1", "A:a2", "B:b2"], "12 2 | - | 0 | 0 | open"),
    ("both change the same answer, the other way round", &["A:a1", "B:b2", "A:a2"], "12 2 | - | 0 | 0 | open"),
    ("one goes on after the fork", &["A:a1 a2 a3", "B:b2"], "3 12 | - | 0 | 0 | open"),
    ("a fork is settled by who saw both", &["A:a1", "B:b1", "B:b3"], "13 | - | 0 | 0 | open"),
    ("the settling comes before one side", &["A:a1", "B:b3", "B:b1 b3"], "13 | - | 0 | 0 | open"),
    ("settled, then the first comes again", &["A:a1", "B:b1 b3", "A:a1"], "13 | - | 0 | 0 | open"),
    ("settled while one goes on", &["A:a1", "B:b1 b3", "A:a2"], "13 2 | - | 0 | 0 | open"),
    ("an old clock changes what it saw: it counts all the same", &["A:a1 a2", "B:b4"], "14 | - | 0 | 0 | open"),
    ("different items do not disturb each other", &["A:a1", "B:bn"], "1 | 乙写的 | 0 | 0 | open"),
    ("one item forked, the other not", &["A:a1 an", "B:b1"], "11 1 | 甲写的 | 0 | 0 | open"),
    ("both items forked", &["A:a1 an", "B:b1 bn"], "11 1 | 乙写的 甲写的 | 0 | 0 | open"),
    ("an explanation is an item of its own", &["A:a1 aw", "B:b1"], "11 1 | - | 0 | 0 | open"),
    ("an attempt is told twice", &["A:av", "A:av"], "- | - | 1 | 0 | open"),
    ("attempts of two devices", &["A:av", "B:bv"], "- | - | 2 | 0 | open"),
    ("an attempt before any answer", &["A:av a1"], "1 | - | 1 | 0 | open"),
    ("an attempt at the household is none at the person", &["A:hv"], "- | - | 0 | 0 | open"),
    ("a picture", &["A:ap"], "- | - | 0 | 1 | open"),
    ("a picture told of twice", &["A:ap", "A:ap"], "- | - | 0 | 1 | open"),
    ("a picture taken away", &["A:ap au"], "- | - | 0 | 0 | open"),
    ("taken away before it is told of", &["A:au", "A:ap au"], "- | - | 0 | 0 | open"),
    ("told of again after it was taken away", &["A:ap au", "A:ap"], "- | - | 0 | 0 | open"),
    ("taken away by both", &["A:ap", "B:bu", "A:au"], "- | - | 0 | 0 | open"),
    ("pictures of two devices, one taken away", &["A:ap", "B:bp bu"], "- | - | 0 | 1 | open"),
    ("half a form is handed in", &["A:a1 as"], "1 | - | 0 | 0 | open"),
    ("a whole form is handed in", &["A:F as"], "1 | - | 0 | 0 | submitted"),
    ("handed in twice", &["A:F as", "A:as"], "1 | - | 0 | 0 | submitted"),
    ("all of it comes twice", &["A:F as", "A:F as"], "1 | - | 0 | 0 | submitted"),
    (
        "the answer to handing in is lost, and something is changed",
        &["A:F as", "A:F as a2"],
        "2 | - | 0 | 0 | submitted",
    ),
    ("both hand it in", &["A:F as", "B:bs"], "1 | - | 0 | 0 | submitted"),
    ("handed in and taken back", &["A:F as ar"], "1 | - | 0 | 0 | open"),
    ("taken back twice", &["A:F as ar", "A:ar"], "1 | - | 0 | 0 | open"),
    ("the other still writes after it was handed in", &["A:F as", "B:b1"], "11 1 | - | 0 | 0 | submitted"),
    ("the other writes before, unseen", &["B:b1", "A:F as"], "11 1 | - | 0 | 0 | submitted"),
    ("an attempt comes after it was handed in", &["A:F as", "B:bv"], "1 | - | 1 | 0 | submitted"),
    ("a picture comes after it was handed in", &["A:F as", "B:bp"], "1 | - | 0 | 1 | submitted"),
    ("handing in comes before the answers, then all", &["A:as", "A:F"], "1 | - | 0 | 0 | open"),
];

/// What the server has of a task.
fn told(task: &Value) -> String {
    let values = |item: &str, short: bool| {
        let heads: Vec<String> = task["items"][item]
            .as_array()
            .map(|heads| {
                heads
                    .iter()
                    .map(|head| head["value"].as_str().unwrap())
                    .map(|value| {
                        if short {
                            value.trim_start_matches("1390000").trim_start_matches('0').to_owned()
                        } else {
                            value.to_owned()
                        }
                    })
                    .collect()
            })
            .unwrap_or_default();
        if heads.is_empty() { "-".to_owned() } else { heads.join(" ") }
    };
    let count = |name: &str| task[name].as_array().unwrap().len();
    format!(
        "{} | {} | {} | {} | {}",
        values("phone", true),
        values("note", false),
        count("visits"),
        count("photos"),
        task["state"].as_str().unwrap()
    )
}

#[tokio::test]
async fn no_order_no_repetition_and_no_interruption_changes_what_was_done() {
    assert!(CASES.len() >= 40);
    let site = Site::new().await;
    issued(&site).await;
    let mut one = Phone::new(&site, "village", "a").await;
    let mut other = Phone::new(&site, "village", "b").await;
    for (at, (name, batches, expected)) in CASES.iter().enumerate() {
        let (task, household) = (format!("task{at:03}{}", "t".repeat(15)), format!("home{at:03}{}", "h".repeat(15)));
        let begin = ["H", "T"].map(|name| operation(name, &task, &household).0);
        assert_eq!(states(&one.sync(&begin).await), ["done", "done"], "{name}");
        let mut sent = 0;
        for batch in *batches {
            let (whose, names) = batch.split_once(':').unwrap();
            let mut ops = Vec::new();
            for name in names.split(' ') {
                if name == "F" { ops.extend(form(&task)) } else { ops.push(operation(name, &task, &household).0) }
            }
            sent += ops.len();
            let answer = if whose == "A" { one.sync(&ops).await } else { other.sync(&ops).await };
            assert_eq!(answer["results"].as_array().unwrap().len(), ops.len(), "{name}");
        }
        assert!(sent > 0);
        // a third device that comes last is told all of it
        let fresh = json!({ "device": one.device, "since": 0, "ops": [], "forms": {} });
        let mut message = fresh;
        let mut found = Value::Null;
        loop {
            let got = one.post("/survey/sync", &message).await;
            let answer: Value = serde_json::from_str(&got.text).unwrap();
            if let Some(known) = answer["tasks"].as_array().unwrap().iter().find(|one| one["key"] == task.as_str()) {
                found = known.clone();
            }
            if !answer["more"].as_bool().unwrap() {
                break;
            }
            message["since"] = answer["cursor"].clone();
        }
        assert_eq!(told(&found), *expected, "{name}");
        households_are_counted(&site).await;
    }
}
