//! The catalogue of indicators: what stands behind each figure when somebody asks how it was worked out (口径).

use super::Indicator;

/// In what an indicator is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 人
    People,
    /// A share of the denominator.
    Percent,
}

impl Unit {
    /// As it stands behind a figure.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::People => "人",
            Self::Percent => "%",
        }
    }
}

/// An indicator in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The word in addresses and files.
    pub code: &'static str,
    /// What a clerk calls it.
    pub name: &'static str,
    /// In what it is measured.
    pub unit: Unit,
    /// The formula, by the names of what it is made of.
    pub formula: &'static str,
    /// Who is in the numerator.
    pub numerator: &'static str,
    /// Who is in the denominator.
    pub denominator: &'static str,
    /// What the denominator is called beside a figure.
    pub denominator_name: &'static str,
    /// The whole of it in sentences, for the page.
    pub meaning: &'static str,
}

const POPULATION: &str = "户籍人口和非户籍常住人口中在世、没有迁出的人";

/// A count of the population.
const fn count(
    code: &'static str,
    name: &'static str,
    formula: &'static str,
    numerator: &'static str,
    meaning: &'static str,
) -> Definition {
    let (denominator, denominator_name) = (POPULATION, "应登记人口");
    Definition { code, name, unit: Unit::People, formula, numerator, denominator, denominator_name, meaning }
}

impl Indicator {
    /// Its definition.
    pub const fn definition(self) -> &'static Definition {
        match self {
            Self::Population => {
                const {
                    &Definition {
                        denominator: "登记库中在册的所有人",
                        denominator_name: "在册",
                        ..count(
                            "population",
                            "应登记人口",
                            "已参保 + 未参保 + 部分参保 + 中断参保 + 状态不明",
                            POPULATION,
                            "户籍人口和非户籍常住人口中在世、没有迁出的人。亡故、迁出的人，以及只在参保数据里、人口库没有的人，不在内。",
                        )
                    }
                }
            }
            Self::Enrolled => {
                const {
                    &count(
                        "enrolled",
                        "已参保",
                        "应登记人口 − 未参保 − 部分参保 − 中断参保 − 状态不明",
                        "该参加的养老、医疗保险都在保的人",
                        "该参加的养老、医疗保险都在保的人。在保指正常参保、正在领取待遇，或已查明在外地参保；不满 16 岁没有参加养老保险的，只看医疗。个人信息还有缺项、错项待核的，只要两项都在保也在内。",
                    )
                }
            }
            Self::Coverage => {
                const {
                    &Definition {
                        unit: Unit::Percent,
                        ..count(
                            "coverage",
                            "参保率",
                            "已参保 ÷ 应登记人口",
                            "该参加的养老、医疗保险都在保的人",
                            "该参加的养老、医疗保险都在保的人数 ÷ 应登记人口。在保指正常参保、正在领取待遇，或已查明在外地参保；不满 16 岁没有参加养老保险的，只看医疗。",
                        )
                    }
                }
            }
            Self::Uninsured => {
                const {
                    &count(
                        "uninsured",
                        "未参保",
                        "养老、医疗该参加而都没有参加的人数",
                        "该参加的养老、医疗保险一项也没有的人",
                        "该参加的养老、医疗保险一项也没有参加记录的人；只有已终止的记录，视为没有。亡故、迁出的人不在内。",
                    )
                }
            }
            Self::Partial => {
                const {
                    &count(
                        "partial",
                        "部分参保",
                        "养老、医疗两项中只缺一项的人数",
                        "两项都该参加，却只缺养老或只缺医疗的人",
                        "养老、医疗两项都该参加，其中一项没有参加记录的人；另一项可能在保，也可能中断。",
                    )
                }
            }
            Self::Interrupted => {
                const {
                    &count(
                        "interrupted",
                        "中断参保",
                        "两项都参加过、至少一项暂停的人数",
                        "不缺险种，但至少一项暂停缴费的人",
                        "该参加的险种都有记录，但至少一项处于暂停状态，又没有别的在保记录的人。",
                    )
                }
            }
            Self::Unclear => {
                const {
                    &count(
                        "unclear",
                        "状态不明",
                        "信息待核 − 其中该参加的险种都在保的人数",
                        "不缺险种、没有中断，但至少一项参保状态空白或代码不认识的人",
                        "该参加的险种都有记录，但至少一项的参保状态空白，或者代码不认识，不能算在保，也不能算未参保的人。他们都在信息待核之内。",
                    )
                }
            }
            Self::Information => {
                const {
                    &count(
                        "information",
                        "信息待核",
                        "参保状态不明或个人信息有缺项、错项的人数",
                        "不缺险种、没有中断，但参保状态不明或个人信息有缺项、错项的人",
                        "不缺险种、没有中断，但参保状态不明，或者身份证号码、姓名、性别、出生日期、所在村(社区)有缺项、错项而别处补不上的人。其中该参加的险种都在保的人，同时算作已参保。",
                    )
                }
            }
            Self::Confirmed => {
                const {
                    &count(
                        "confirmed",
                        "直接确认",
                        "已参保 − 其中个人信息待核的人数",
                        "该参加的险种都在保、个人信息齐全无误的人",
                        "该参加的养老、医疗保险都在保，个人信息齐全无误，不必入户即可确认参保登记的人。",
                    )
                }
            }
            Self::PensionCoverage => {
                const {
                    &Definition {
                        unit: Unit::Percent,
                        denominator: "应登记人口中满 16 岁的人，和不满 16 岁而有养老保险记录的人",
                        denominator_name: "应参加养老保险的人",
                        ..count(
                            "pension-coverage",
                            "养老保险参保率",
                            "养老在保人数 ÷ 应参加养老保险人数",
                            "养老保险在保的人",
                            "养老保险正常参保、正在领取待遇或已查明在外地参保的人数 ÷ 应参加养老保险的人数（应登记人口中除去不满 16 岁又没有养老保险记录的人）。",
                        )
                    }
                }
            }
            Self::MedicalCoverage => {
                const {
                    &Definition {
                        unit: Unit::Percent,
                        denominator: "应登记人口中应参加医疗保险的人",
                        denominator_name: "应参加医疗保险的人",
                        ..count(
                            "medical-coverage",
                            "医疗保险参保率",
                            "医疗在保人数 ÷ 应参加医疗保险人数",
                            "医疗保险在保的人",
                            "医疗保险正常参保、正在领取待遇或已查明在外地参保的人数 ÷ 应参加医疗保险的人数（不论年龄）。",
                        )
                    }
                }
            }
        }
    }
}
