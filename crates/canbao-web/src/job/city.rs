//! The folder of a comparison: the city file, the areas, and the extracts under names that a clerk reads.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use canbao_domain::area::{AreaTree, Level};
use canbao_domain::date::Date;
use canbao_registry::area::Areas;
use canbao_registry::delivery::Delivery;
use serde::{Deserialize, Serialize};

use crate::delivery::ending;
use crate::delivery::settings::Settings;
use crate::http::upload::private_folder;

/// What a comparison is asked for; kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) as_of: String,
    pub(crate) deliveries: Vec<Taken>,
    /// Titles of sources whose extract is older than it should be, or that have none.
    pub(crate) stale: Vec<String>,
    pub(crate) missing: Vec<String>,
}

/// A delivery that is compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Taken {
    pub(crate) delivery: i64,
    pub(crate) source: String,
    pub(crate) title: String,
    pub(crate) as_of: String,
}

/// Where a job's files stand.
pub(crate) fn folder(data: &Path, job: i64) -> PathBuf {
    data.join("jobs").join(job.to_string())
}

/// Folders of comparisons that stay, the last ones.
const KEPT: usize = 6;

/// Clears away the folders of comparisons long past; that of `job` is the last.
pub(super) fn clear(data: &Path, job: i64) {
    let Ok(entries) = fs::read_dir(data.join("jobs")) else { return };
    let named = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i64>().ok());
    let mut past: Vec<i64> = named.filter(|other| *other < job).collect();
    past.sort_unstable_by_key(|other| std::cmp::Reverse(*other));
    for other in past.into_iter().skip(KEPT - 1) {
        // what cannot be cleared away now is after the next
        let _ = fs::remove_dir_all(folder(data, other));
    }
}

/// A city's own area tree, rules, profiles, in the data folder.
pub(crate) const REGIONS: &str = "regions.csv";
const RULES: &str = "rules.toml";
const PROFILES: &str = "profiles";

/// What cannot be had.
#[derive(Debug)]
pub(crate) enum Missing {
    /// The disk.
    Disk(#[expect(dead_code, reason = "its text names paths of the server, and is told to nobody")] io::Error),
    /// Something that is said.
    Said(&'static str, &'static str),
}

impl From<io::Error> for Missing {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

#[derive(Serialize)]
struct CityFile {
    city: City,
    source: Vec<Source>,
}

#[derive(Serialize)]
struct City {
    code: String,
    name: String,
    as_of: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profiles: Option<&'static str>,
}

#[derive(Serialize)]
struct Source {
    kind: &'static str,
    name: String,
    path: String,
    #[serde(flatten)]
    settings: Settings,
}

/// What clerks decided, as it is taken out for the comparison.
pub(super) const DECISIONS: &str = "decisions.parquet";

/// Lays a comparison's folder out anew; gives the city file. `titled`: each delivery with what its source is called.
pub(super) fn lay(
    data: &Path,
    job: i64,
    as_of: Date,
    areas: &Areas,
    titled: &[(String, Delivery)],
    decisions: bool,
) -> Result<PathBuf, Missing> {
    let folder = folder(data, job);
    private_folder(&folder)?;
    let (code, name) = regions(data, &folder, areas)?;
    let copied = |name: &'static str| -> io::Result<Option<&'static str>> {
        match fs::copy(data.join(name), folder.join(name)) {
            Ok(_) => Ok(Some(name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    };
    let rules = copied(RULES)?;
    let profiles = if data.join(PROFILES).is_dir() {
        private_folder(&folder.join(PROFILES))?;
        for entry in fs::read_dir(data.join(PROFILES))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join(PROFILES).join(entry.file_name()))?;
        }
        Some(PROFILES)
    } else {
        None
    };
    let mut source = Vec::new();
    for (title, delivery) in titled {
        source.push(extract(data, &folder, title, delivery)?);
    }
    let city =
        City { code, name, as_of: as_of.to_string(), decisions: decisions.then_some(DECISIONS), rules, profiles };
    let text = toml::to_string(&CityFile { city, source }).map_err(io::Error::other)?;
    let path = folder.join("city.toml");
    private(&path)?.write_all(text.as_bytes())?;
    Ok(path)
}

/// An extract's files under names of the source, so that what the comparison says of them is understood: links, no copies.
fn extract(data: &Path, folder: &Path, title: &str, delivery: &Delivery) -> io::Result<Source> {
    let under = folder.join("data").join(&delivery.source);
    private_folder(&under)?;
    let plain: String = title.chars().filter(|c| c.is_alphanumeric()).collect();
    for (at, file) in delivery.files.iter().enumerate() {
        let to = under.join(format!("{plain}-{:03}.{}", at + 1, ending(&file.name)));
        let from = data.join(&file.stored);
        match fs::remove_file(&to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(|_| ()))?;
    }
    let mut settings = Settings::read(&delivery.settings);
    settings.unclear.clear();
    settings.as_of = None;
    Ok(Source {
        kind: delivery.kind.as_str(),
        name: delivery.source.clone(),
        path: format!("data/{}/*", delivery.source),
        settings,
    })
}

/// Writes the area tree: the city's own, else the registry's. Gives the city's code and name.
fn regions(data: &Path, folder: &Path, areas: &Areas) -> Result<(String, String), Missing> {
    let text = match fs::read_to_string(data.join(REGIONS)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => of_registry(areas),
        Err(error) => return Err(error.into()),
    };
    let tree = AreaTree::parse(&text)
        .map_err(|_| Missing::Said("区划表 regions.csv 看不懂。", "请系统管理员改正数据文件夹里的 regions.csv。"))?;
    let city =
        tree.codes_of(Level::City).next().map(|code| (code.to_owned(), tree.name(code).unwrap_or_default().to_owned()));
    let city = city.ok_or(Missing::Said(
        "还没有区划：登记库是空的，数据文件夹里也没有区划表。",
        "请系统管理员把区划表 regions.csv（列 code、name、level、parent）放进数据文件夹，再办一次。",
    ))?;
    private(&folder.join(REGIONS))?.write_all(text.as_bytes())?;
    Ok(city)
}

fn of_registry(areas: &Areas) -> String {
    let mut text = "code,name,level,parent\n".to_owned();
    for (code, area) in areas.iter() {
        // names of areas have no commas; one that does would shift its level
        let name: String = area.name.chars().filter(|c| !matches!(c, ',' | '"' | '\n' | '\r')).collect();
        text.push_str(&format!("{code},{name},{},{}\n", area.level, area.parent.as_deref().unwrap_or_default()));
    }
    text
}

fn private(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}
