//! The procedures as the document tells them. What passes this is read as the registry's own; a test holds both together.

use canbao_registry::change::Procedure;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::frame::word;

/// What stands in a proposal as its procedure.
pub(super) struct Told;

type Member = (&'static str, RefOr<Schema>, bool);

fn must(name: &'static str, schema: RefOr<Schema>) -> Member {
    (name, schema, true)
}

fn may(name: &'static str, schema: RefOr<Schema>) -> Member {
    (name, schema, false)
}

fn object(members: Vec<Member>) -> ObjectBuilder {
    let mut object = ObjectBuilder::new()
        .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)));
    for (name, schema, required) in members {
        object = object.property(name, schema);
        if required {
            object = object.required(name);
        }
    }
    object
}

/// A procedure: its word, and what it is told.
fn procedure(kind: &'static str, members: Vec<Member>) -> RefOr<Schema> {
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind]));
    let mut all = vec![must("procedure", Object::from(word).into())];
    all.extend(members);
    let name = Procedure::chinese_of(kind).unwrap_or_default();
    let about = if kind == "arrival" { "迁入（登记库还没有的人）" } else { name };
    Object::from(object(all).title(Some(about)).description(Some(about))).into()
}

/// Somebody new.
fn new_person(number_required: bool) -> Vec<Member> {
    let number = text("公民身份号码，18 位", 18, 18, "^[0-9]{17}[0-9X]$");
    vec![
        must("name", word::reference::<word::Short>()),
        (if number_required { must } else { may })("number", number),
        must("sex", word::reference::<word::ManOrWoman>()),
        must("birth_date", word::reference::<word::Day>()),
        must("area", word::reference::<word::VillageCode>()),
        may("household", word::reference::<word::Short>()),
        may("relation", text("与户主关系代码", 1, 2, "^[0-9]{1,2}$")),
        may("ethnic", text("民族代码", 2, 2, "^[0-9]{2}$")),
        may("address", word::reference::<word::Long>()),
        may("phone", text("电话", 5, 20, "^[0-9 +-]{5,20}$")),
        may("registered", flag("户籍人口；否则是外来常住人口")),
    ]
}

fn text(about: &str, least: usize, most: usize, pattern: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    Object::from(text.min_length(Some(least)).max_length(Some(most)).pattern(Some(pattern))).into()
}

fn flag(about: &str) -> RefOr<Schema> {
    Object::from(ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about))).into()
}

fn ids(about: &str) -> RefOr<Schema> {
    let ids = utoipa::openapi::ArrayBuilder::new().items(word::reference::<word::Id>()).max_items(Some(100));
    ids.description(Some(about)).into()
}

impl PartialSchema for Told {
    fn schema() -> RefOr<Schema> {
        let scheme = || must("scheme", word::reference::<word::Scheme>());
        let reason = || must("reason", word::reference::<word::Interruption>());
        let employer = || {
            vec![
                scheme(),
                may("unit_code", word::reference::<word::Short>()),
                may("unit_name", word::reference::<word::Short>()),
                may("pooling_area", word::reference::<word::AreaCode>()),
            ]
        };
        let number = text("正确的公民身份号码，18 位", 18, 18, "^[0-9]{17}[0-9X]$");
        let all = [
            procedure("death", vec![]),
            procedure("move-out", vec![may("to", word::reference::<word::Long>())]),
            procedure(
                "move-in",
                vec![
                    must("area", word::reference::<word::VillageCode>()),
                    may("household", word::reference::<word::Short>()),
                    may("address", word::reference::<word::Long>()),
                    may("registered", flag("迁入户口；否则只来居住")),
                ],
            ),
            procedure("arrival", new_person(true)),
            procedure("birth", new_person(false)),
            procedure("enrolment-begun", employer()),
            procedure("enrolment-interrupted", vec![scheme(), reason()]),
            procedure("enrolment-resumed", vec![scheme()]),
            procedure("enrolment-ended", vec![scheme(), reason()]),
            procedure("enrolment-transferred", employer()),
            procedure("number-corrected", vec![must("number", number)]),
            procedure("name-changed", vec![must("name", word::reference::<word::Short>())]),
            procedure("merged", vec![must("into", word::reference::<word::Id>())]),
            procedure(
                "split",
                vec![
                    must("other", Object::from(object(new_person(false))).into()),
                    may("enrolments", ids("要拆出去的参保记录的编号")),
                    may("numbers", ids("要拆出去的号码的编号")),
                ],
            ),
            procedure("left-country", vec![]),
            procedure("conscripted", vec![]),
            procedure("imprisoned", vec![]),
            procedure("released", vec![]),
        ];
        let mut one_of = OneOfBuilder::new().description(Some("办理什么，和它的内容"));
        for schema in all {
            one_of = one_of.item(schema);
        }
        one_of.into()
    }
}

impl ToSchema for Told {
    fn name() -> std::borrow::Cow<'static, str> {
        "Procedure".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push((T::name().into_owned(), T::schema()));
        }
        add::<word::Short>(schemas);
        add::<word::Long>(schemas);
        add::<word::Id>(schemas);
        add::<word::Day>(schemas);
        add::<word::Scheme>(schemas);
        add::<word::AreaCode>(schemas);
        add::<word::VillageCode>(schemas);
        add::<word::ManOrWoman>(schemas);
        add::<word::Interruption>(schemas);
    }
}

/// Reads a procedure that passed its schema.
pub(super) fn read(value: Value) -> Option<Procedure> {
    serde_json::from_value(value).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::api::Shape;

    /// A value that a schema lets through, with the members that may be left out or without.
    fn sample(schema: &Value, all: bool) -> Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
        match name {
            Some("Id") => return json!(7),
            Some("Scheme") => return json!("rural-medical"),
            Some("Interruption") => return json!("6303"),
            Some("ManOrWoman") => return json!("2"),
            Some("Day") => return json!("2016-11-01"),
            Some("AreaCode") => return json!("610902"),
            Some("VillageCode") => return json!("610902001001"),
            Some(_) => return json!("文字"),
            None => {}
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return words[0].clone();
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(true),
            Some("array") => json!([7]),
            Some("object") => {
                let required = schema["required"].as_array().cloned().unwrap_or_default();
                let members = schema["properties"].as_object().unwrap().iter();
                let wanted = members.filter(|(name, _)| all || required.iter().any(|known| known == *name));
                Value::Object(wanted.map(|(name, schema)| (name.clone(), sample(schema, all))).collect::<Map<_, _>>())
            }
            _ => match schema["pattern"].as_str() {
                Some(pattern) if pattern.contains("17") => json!("612401197505120037"),
                Some(pattern) if pattern.contains('+') => json!("0915-3212345"),
                _ => json!("02"),
            },
        }
    }

    #[test]
    fn what_the_document_tells_is_what_the_registry_reads() {
        let schema = serde_json::to_value(Told::schema()).unwrap();
        let shape = Shape::of::<Told>();
        let mut kinds = Vec::new();
        for one in schema["oneOf"].as_array().unwrap() {
            for all in [false, true] {
                let value = sample(one, all);
                assert_eq!(shape.amiss(&value), vec![], "{value}");
                let Some(procedure) = read(value.clone()) else { panic!("{value}") };
                assert_eq!(value["procedure"], procedure.kind());
                let mut more = value.clone();
                more["unknown"] = json!(1);
                assert!(!shape.amiss(&more).is_empty(), "{more}");
                kinds.push(procedure.kind());
            }
        }
        kinds.dedup();
        assert_eq!(kinds.len(), 18, "all but what an apply alone puts forward");
        let extract = json!({"procedure": "extract-differs", "item": "phone"});
        assert!(!shape.amiss(&extract).is_empty());
    }
}
