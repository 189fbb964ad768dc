//! `canbao exchange answer`: another registry's questions, answered from our record.

use std::path::{Path, PathBuf};

use canbao_registry::exchange::parcel::{Kind, Verified};
use canbao_registry::exchange::{Answered, Desk};
use serde_json::json;

use super::keys::Keys;
use crate::commands::Outcome;
use crate::commands::registry::{actor, done, failure, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// Answer another registry's questions from our record, plain or private
///
/// We say of whom we know by number and name whether they are insured here; of a number under another name only that. What
/// others told us is not told on.
///
/// Exit codes: 0 done; 1 some of a folder's questions were answered, and one was refused; 2 nothing was written.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A question, or a folder: all questions in it that wait for our answer
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The folder for the answers
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: Keys,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let out = &arguments.out;
    std::fs::create_dir_all(out).map_err(|error| crate::output::private::unwritten(out, &error, language))?;
    let (answered, stopped) = runtime(async {
        let (registry, desk) = arguments.keys.desk().await?;
        let questions = waiting(&desk, &arguments.path, [Kind::Question, Kind::PsiRequest], language).await?;
        let (mut answered, mut stopped) = (Vec::new(), None);
        for question in questions {
            match desk.answer(&question, out, &actor()).await {
                Ok(answer) => answered.push((question, answer)),
                Err(error) => {
                    stopped = Some(failure(error));
                    break;
                }
            }
        }
        registry.close().await;
        Ok((answered, stopped))
    })?;
    finish(!answered.is_empty(), &told(&answered, arguments.json, language), stopped, language)
}

/// The parcels of a folder that wait to be taken in, of some kinds; a file is what it is.
pub(super) async fn waiting(
    desk: &Desk,
    path: &Path,
    kinds: [Kind; 2],
    language: Language,
) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let waiting = done(desk.waiting(path).await)?;
    let of = |(path, parcel): (PathBuf, Verified)| kinds.contains(&parcel.manifest.kind).then_some(path);
    let found: Vec<PathBuf> = waiting.into_iter().filter_map(of).collect();
    if found.is_empty() {
        let [first, ..] = kinds;
        return Err(Failure::new(language.pick(
            format!("{} 里没有等待处理的{}。", path.display(), first.chinese()),
            format!("No {} waits in {}.", first.as_str(), path.display()),
        ))
        .hint("只处理发给本机构、由已登记机构签名、尚未接收的数据包；用 canbao exchange verify 查看文件夹里有什么。"));
    }
    Ok(found)
}

/// Tells what was done; where something was refused before anything was done, nothing was.
pub(super) fn finish(any: bool, text: &str, stopped: Option<Failure>, language: Language) -> Result<Outcome, Failure> {
    match stopped {
        Some(stopped) if !any => Err(stopped),
        Some(stopped) => {
            print(text, language)?;
            crate::output::say(&stopped.render(language));
            Ok(Outcome::SomeRejected)
        }
        None => print(text, language).map(|()| Outcome::Done),
    }
}

fn told(answered: &[(PathBuf, Answered)], as_json: bool, language: Language) -> String {
    if as_json {
        let answers: Vec<_> = answered
            .iter()
            .map(|(question, answer)| {
                let sent = &answer.sent;
                json!({
                    "question": question.to_string_lossy(), "file": sent.file.to_string_lossy(),
                    "kind": sent.kind.as_str(), "sequence": sent.sequence, "digest": sent.digest.to_string(),
                    "asked": answer.asked, "insured": answer.insured, "uninsured": answer.uninsured,
                    "unknown": answer.unknown, "name_differs": answer.name_differs, "held": answer.held,
                })
            })
            .collect();
        return format!("{}\n", json!({ "answers": answers }));
    }
    let mut text = String::new();
    for (_, answer) in answered {
        let file = answer.sent.file.display();
        let [asked, held, insured, uninsured, unknown, differs] =
            [answer.asked, answer.held, answer.insured, answer.uninsured, answer.unknown, answer.name_differs]
                .map(figure::count);
        text += &if answer.sent.kind == Kind::PsiReply {
            language.pick(
                format!(
                    "隐私比对：对方查询 {asked} 人，本库有参保人员 {held} 人参与；双方都不知道其余的人。答复：{file}\n"
                ),
                format!("privately: {asked} asked about, {held} insured here took part. Answer: {file}\n"),
            )
        } else {
            language.pick(
                format!("对方查询 {asked} 人（按险种计：已参保 {insured}，未参保 {uninsured}，查无此人 {unknown}，姓名不符 {differs}）。答复：{file}\n"),
                format!("{asked} people asked about (by insurance: insured {insured}, not insured {uninsured}, unknown {unknown}, another name {differs}). Answer: {file}\n"),
            )
        };
    }
    text
}
