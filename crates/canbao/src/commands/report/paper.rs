//! What the commands that make papers have in common.

use std::path::{Path, PathBuf};

use canbao_domain::date::Date;
use canbao_domain::delivery::DeliveryPlan;
use canbao_paper::document::Document;
use canbao_paper::print::Press;
use canbao_registry::Registry;
use canbao_registry::paper::Issue;
use canbao_report::bulletin::Heading;
use canbao_report::cube::{Cubes, Tree};
use canbao_report::indicator::Catalogue;
use canbao_report::{Before, Material, Released, ReportError, Subject, Wanted, warnings};
use serde_json::json;

use super::{catalogue, failure};
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

/// Options of a paper.
#[derive(clap::Args)]
pub(super) struct Paper {
    /// The area that it is about [default: the city]
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// The file: .pdf, or .docx to go on writing; what stands there is replaced
    #[arg(long, value_name = "FILE", required_unless_present = "each")]
    out: Option<PathBuf>,
    /// One for each area of this level in it, as PDF files in the folder of --out-dir
    #[arg(long, value_name = "LEVEL", value_parser = ["county", "town"], requires = "out_dir", conflicts_with = "out")]
    each: Option<String>,
    /// The folder for --each; it is made where it is not there
    #[arg(long, value_name = "DIR", requires = "each")]
    out_dir: Option<PathBuf>,
    /// Of this snapshot [default: the last one]
    #[arg(long, value_name = "ID")]
    snapshot: Option<i64>,
    /// Compared with this snapshot; 0 for none [default: the last one of an earlier day]
    #[arg(long, value_name = "ID")]
    before: Option<i64>,
    /// Counts under this are withheld, with all that would give them away; 0 withholds none
    #[arg(long, value_name = "N", default_value_t = 5)]
    withhold_below: u64,
    /// Whose paper it is: the red head [default: the area's 全民参保登记工作领导小组办公室]
    #[arg(long, value_name = "NAME")]
    organ: Option<String>,
    /// Its number (发文字号), such as 安参保办〔2016〕11号
    #[arg(long, value_name = "TEXT", default_value = "")]
    number: String,
    /// To whom it goes (主送)
    #[arg(long, value_name = "TEXT")]
    to: Option<String>,
    /// Who gets a copy (抄送)
    #[arg(long, value_name = "TEXT", default_value = "")]
    copies: String,
    /// The day that stands on it [default: today]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Keep it in the record under this number, such as 2016年第3期: from then on it does not change
    #[arg(long, value_name = "NUMBER")]
    pub(super) issue: Option<String>,
    /// The number that stands on it, where it is not kept in the record [default: that of --issue, else the month]
    #[arg(long, value_name = "NUMBER")]
    pub(super) called: Option<String>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long, conflicts_with = "each")]
    json: bool,
    /// The city's own indicators, over the program's
    #[arg(long, value_name = "FILE")]
    indicators: Option<PathBuf>,
    /// The city's own list of extracts that are due, by which old data are told
    #[arg(long, value_name = "FILE")]
    deliveries: Option<PathBuf>,
    /// A folder with fonts that come before the program's own (仿宋, 小标宋, 黑体, 楷体)
    #[arg(long, value_name = "DIR")]
    fonts: Vec<PathBuf>,
    #[command(flatten)]
    database: Database,
}

impl Paper {
    pub(super) fn wanted(&self) -> Wanted {
        let before = match self.before {
            None => Before::Earlier,
            Some(0) => Before::Nothing,
            Some(id) => Before::Snapshot(id),
        };
        Wanted { snapshot: self.snapshot, before, threshold: self.withhold_below }
    }

    /// Reads what the paper is made of, and the indicators; `more` reads what else it needs.
    pub(super) fn load<T>(
        &self,
        more: impl AsyncFnOnce(&Registry, &Cubes, &Catalogue, Material) -> Result<T, ReportError>,
    ) -> Result<(T, Catalogue), Failure> {
        let catalogue = catalogue(self.indicators.as_deref())?;
        // what is written wrongly is said before anything is read
        self.deliveries()?;
        self.day()?;
        let loaded = runtime(async {
            let registry = self.database.open().await?;
            let cubes = Cubes::default();
            let loaded = async {
                let material = Material::load(&registry, &cubes, &catalogue, self.wanted()).await?;
                more(&registry, &cubes, &catalogue, material).await
            };
            let loaded = loaded.await;
            registry.close().await;
            loaded.map_err(failure)
        })?;
        Ok((loaded, catalogue))
    }

    fn day(&self) -> Result<Date, Failure> {
        let Some(text) = &self.date else { return Ok(crate::commands::survey::today()) };
        Date::parse(text).ok_or_else(|| Failure::new(format!("“{text}”不是日期。")).hint("请写成 2016-12-01 的样子。"))
    }

    /// What stands on a paper of an area with a name and a level.
    fn heading(&self, name: &str, level: &str) -> Heading {
        let office = |name: &str| format!("{name}全民参保登记工作领导小组办公室");
        let organ = self.organ.clone().unwrap_or_else(|| office(name));
        let to = self.to.clone().unwrap_or_else(|| match level {
            "city" => "各县(市、区)全民参保登记工作领导小组".to_owned(),
            "county" => "各镇(办)".to_owned(),
            _ => "各村(社区)".to_owned(),
        });
        Heading {
            number: self.number.clone(),
            to,
            signed: organ.clone(),
            copies: self.copies.clone(),
            printed_by: organ.clone(),
            organ,
        }
    }

    fn deliveries(&self) -> Result<DeliveryPlan, Failure> {
        let refused = |problem: String| Failure::new(problem).hint("写法见程序自带的报送计划 deliveries.toml。");
        let plan = match &self.deliveries {
            None => DeliveryPlan::embedded(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| refused(format!("报送计划 {} 读不出来：{error}。", path.display())))?;
                DeliveryPlan::parse(&text)
            }
        };
        plan.map_err(|error| refused(format!("{error}。")))
    }

    /// Makes the papers that are asked for, and says what was written. `document` makes one of an area.
    pub(super) fn make(
        &self,
        kind: &str,
        material: &Material,
        catalogue: &Catalogue,
        language: Language,
        document: &dyn Fn(Subject<'_>) -> Result<Document, ReportError>,
    ) -> Result<Outcome, Failure> {
        let warnings = warnings(material.now.cube.sources(), &self.deliveries()?, material.now.cube.as_of());
        let day = self.day()?;
        let press = Press::new(&self.fonts).map_err(of_paper)?;
        let cube = &material.now.cube;
        let top = self.area.as_deref().or(cube.city()).unwrap_or_default();
        let named = |code: &str| cube.area(code).map_or(("", ""), |area| (area.name.as_str(), area.level.as_str()));
        let made = |code: &str| {
            let (name, level) = named(code);
            let subject = Subject {
                now: material.now.period(),
                before: material.before.as_ref().map(Released::period),
                catalogue,
                plan: &material.plan,
                area: code,
                day,
                heading: &self.heading(name, level),
                warnings: warnings.clone(),
            };
            document(subject).map_err(failure)
        };
        let (id, as_of) = (cube.snapshot().id, cube.as_of());
        let Some(level) = &self.each else {
            let out = self.out.clone().unwrap_or_default();
            let paper = made(top)?;
            let pages = self.write(&press, &paper, kind, top, &out, material)?;
            if self.json {
                let before = material.before.as_ref().map(|before| before.cube.snapshot().id);
                let threshold = material.now.release.threshold();
                let told = json!({
                    "title": paper.title, "pages": pages, "snapshot": id, "as_of": as_of.to_string(), "before": before,
                    "threshold": threshold, "area": top,
                });
                print(&format!("{told}\n"), language)?;
                return Ok(Outcome::Done);
            }
            let pages = pages.map_or_else(String::new, |pages| {
                language.pick(format!("，共 {pages} 页"), format!(", {pages} pages"))
            });
            let (out, title) = (out.display(), &paper.title);
            let text = language.pick(
                format!("已写 {out}{pages}：{title}，依据第 {id} 号统计快照（截至 {as_of}）。\n"),
                format!("{out}{pages}: from snapshot {id}, as of {as_of}.\n"),
            );
            print(&text, language)?;
            return Ok(Outcome::Done);
        };
        let folder = self.out_dir.clone().unwrap_or_default();
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(format!("文件夹 {} 建不成：{error}。", folder.display())).hint("请检查路径和权限。")
        })?;
        let (mut papers, mut bare) = (0, 0);
        for code in cube.areas_of(level, top) {
            if cube.below(&code, Tree::Reporting).is_empty() {
                bare += 1;
                continue;
            }
            let file = folder.join(format!("{code}{}.pdf", named(&code).0.replace(['/', '\\'], "")));
            self.write(&press, &made(&code)?, kind, &code, &file, material)?;
            papers += 1;
        }
        let out = folder.display();
        let without = match bare {
            0 => String::new(),
            bare => language.pick(
                format!("另有 {bare} 个下面没有区划，没有做。"),
                format!(" {bare} areas have nothing below them."),
            ),
        };
        let text = language.pick(
            format!("已在 {out} 写 {papers} 份，依据第 {id} 号统计快照（截至 {as_of}）。{without}\n"),
            format!("{papers} papers in {out}, from snapshot {id}, as of {as_of}.{without}\n"),
        );
        print(&text, language)?;
        Ok(Outcome::Done)
    }

    /// Writes a document to a file, and issues it where it has a number. Gives how many pages it has, where it has pages.
    fn write(
        &self,
        press: &Press,
        document: &Document,
        kind: &str,
        area: &str,
        out: &Path,
        material: &Material,
    ) -> Result<Option<usize>, Failure> {
        let is_docx = ends(out, "docx");
        if !is_docx && !ends(out, "pdf") {
            return Err(Failure::new(format!("{} 不是 .pdf 或 .docx。", out.display()))
                .hint("请把 --out 写成以 .pdf 或 .docx 结尾的文件名。"));
        }
        let (content, pages, media) = if is_docx {
            let media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
            (document.docx(press).map_err(of_paper)?, None, media)
        } else {
            let pdf = document.pdf(press).map_err(of_paper)?;
            (pdf.bytes, Some(pdf.pages), "application/pdf")
        };
        if let Some(number) = &self.issue {
            let day = self.day()?.to_string();
            let threshold = material.now.release.threshold();
            let issue = Issue {
                kind,
                area,
                issue: number,
                title: &document.title,
                issued_on: &day,
                snapshot: material.now.cube.snapshot().id,
                before: material.before.as_ref().map(|before| before.cube.snapshot().id),
                threshold: i64::try_from(threshold).unwrap_or(i64::MAX),
                media,
                content: &content,
            };
            runtime(async {
                let registry = self.database.open().await?;
                let issued = done(registry.issue_paper(&issue, &actor()).await);
                registry.close().await;
                issued
            })?;
        }
        std::fs::write(out, &content).map_err(|error| {
            Failure::new(format!("{} 写不成：{error}。", out.display())).hint("请检查路径、权限和磁盘空间。")
        })?;
        Ok(pages)
    }
}

fn of_paper(error: canbao_paper::PaperError) -> Failure {
    let hint = error.hint();
    let failure = Failure::new(&error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn ends(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|known| known.eq_ignore_ascii_case(ending))
}
