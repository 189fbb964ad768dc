//! What is wrong with a command line, in the reader's language.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::Failure;
use super::memory::MemoryLimitError;

/// A refused command line as a Chinese sentence with hints; `None` where clap's own text (help, version) is what was asked for.
pub(crate) fn refusal(error: &clap::Error) -> Option<Failure> {
    let text = |kind| context(error, kind);
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let failure = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return None;
        }
        ErrorKind::MissingRequiredArgument => Failure::new(format!("命令缺少参数：{argument}。")),
        ErrorKind::UnknownArgument => Failure::new(format!("没有“{argument}”这个参数。")),
        ErrorKind::MissingSubcommand => Failure::new("没有写要做什么。"),
        ErrorKind::InvalidSubcommand => {
            Failure::new(format!("没有“{}”这个命令。", text(ContextKind::InvalidSubcommand).unwrap_or_default()))
        }
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            Some(prior) if prior != argument => Failure::new(format!("参数 {argument} 不能与 {prior} 同时使用。")),
            _ => Failure::new(format!("参数 {argument} 只能写一次。")),
        },
        ErrorKind::InvalidValue if value.is_empty() => Failure::new(format!("参数 {argument} 后面没有写值。")),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => Failure::new(match why(error) {
            Some(why) => format!("参数 {argument} 的值“{value}”不能用：{why}。"),
            None => format!("参数 {argument} 的值“{value}”不能用。"),
        }),
        _ => Failure::new("命令行写得不对。"),
    };
    let valid =
        text(ContextKind::ValidValue).filter(|values| !values.is_empty()).map(|values| format!("可用的值：{values}。"));
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let suggested = suggested.into_iter().filter_map(text).map(|suggestion| format!("是不是想写 {suggestion}？"));
    let help = "加上 --help 可以看到例子和全部参数。".to_owned();
    Some(failure.hints(valid.into_iter().chain(suggested).chain([help])))
}

/// Why a value was refused, where our own parser refused it.
fn why(error: &clap::Error) -> Option<&'static str> {
    let source = error.source()?;
    if let Some(error) = source.downcast_ref::<MemoryLimitError>() {
        return Some(error.chinese());
    }
    source.is::<std::num::ParseIntError>().then_some("要写整数")
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join("、")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => {
            let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
            Some(texts.join("、"))
        }
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
