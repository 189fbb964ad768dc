//! `canbao exchange`: networked comparison with other registries, the province and the ministry (联网比对).

mod answer;
mod export;
mod identity;
mod import;
mod keys;
mod peer;
mod template;
mod verify;

use clap::Subcommand;

use super::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;

const EXAMPLES: &str = "\
Examples:
  canbao exchange identity --id ankang --name 安康市社会保险局 --area 610900   our keys, made once
  canbao exchange card --out ankang.card                         our card, to be mailed to others
  canbao exchange peer add xian.card --fingerprint '12345 …'     theirs, its fingerprint read over the telephone
  canbao exchange export --to xian --out /media/usb              whom we ask about
  canbao exchange export --to xian --private --out /media/usb    the same, and they do not learn who
  canbao exchange answer /media/usb --out /media/usb             at the other side
  canbao exchange import /media/usb                              who is insured there leaves the survey list
  canbao exchange verify /media/usb --card xian.card             without a database
  canbao exchange template show hunan-pension > 省.toml          a layout of the province, to be edited
  canbao exchange export --template 省.toml --out 上报
  canbao exchange import --template 省.toml 返回.xls";

/// Ask other registries, the province and the ministry who is insured there (联网比对)
///
/// Between registries parcels travel, over a network or on a USB stick: signed (Ed25519), numbered in a chain, sealed to
/// their receiver (age). With the province and the ministry, workbooks and CSV in their own layout, as a template says.
/// Whoever is insured elsewhere leaves the survey list.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Identity(identity::Identify),
    Card(identity::Show),
    Peer(peer::Arguments),
    Export(export::Arguments),
    Answer(answer::Arguments),
    Import(import::Arguments),
    Verify(verify::Arguments),
    Template(template::Arguments),
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Identity(arguments) => identity::identify(arguments, language),
        Command::Card(arguments) => identity::show(arguments, language),
        Command::Peer(arguments) => peer::run(arguments, language),
        Command::Export(arguments) => export::run(arguments, language),
        Command::Answer(arguments) => answer::run(arguments, language),
        Command::Import(arguments) => import::run(arguments, language),
        Command::Verify(arguments) => verify::run(arguments, language),
        Command::Template(arguments) => template::run(arguments, language),
    }
}
