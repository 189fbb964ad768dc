//! Prints a template with its data and tells what it took.
//!
//!     cargo run --release -p canbao-paper --example press -- forms.typ sample.json out.pdf [TIMES]
//!
//! Each of the data's `households` and `units` is a part of its own. Everything in the data that has a `key` gets its QR code as `qr`. With TIMES, the households are repeated so often,
//! which is how the speed of a large village is measured.

use std::error::Error;
use std::time::Instant;

use canbao_paper::About;
use canbao_paper::print::{Press, qr};
use serde_json::Value;

/// As the program has it, so that time and memory are the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [template, data, output, times @ ..] = arguments.as_slice() else {
        return Err("say the template, the data and the PDF".into());
    };
    let template = std::fs::read_to_string(template)?;
    let mut data: Value = serde_json::from_str(&std::fs::read_to_string(data)?)?;
    if let (Some(times), Some(households)) = (times.first(), data.get_mut("households").and_then(Value::as_array_mut)) {
        let once = households.clone();
        for turn in 1..times.parse::<usize>()? {
            for mut household in once.iter().cloned() {
                vary(&mut household, turn);
                households.push(household);
            }
        }
    }
    codes(&mut data)?;
    let parts = parts(&data);

    let start = Instant::now();
    let press = Press::new(&[])?;
    println!("fonts {:.2} s", start.elapsed().as_secs_f64());
    let about =
        About { title: "全民参保登记表".to_owned(), author: "参保登记".to_owned(), date: (2016, 11, 20) };
    let start = Instant::now();
    let pdf = press.print_parts(&template, &parts, &[], &about)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} pages in {seconds:.2} s, {:.1} ms a page, {} KB, not drawn: {:?}",
        pdf.pages,
        seconds * 1e3 / pdf.pages.max(1) as f64,
        pdf.bytes.len() / 1024,
        pdf.missing
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    }
    std::fs::write(output, pdf.bytes)?;
    Ok(())
}

/// A part for each household and each employer, with all else that stands in the data.
fn parts(data: &Value) -> Vec<Value> {
    let mut rest = data.clone();
    for list in ["households", "units"] {
        if let Some(list) = rest.get_mut(list) {
            *list = Value::Array(Vec::new());
        }
    }
    let of = |list: &str| data.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    let one = |list: &str, entry: Value| {
        let mut part = rest.clone();
        if let Some(list) = part.get_mut(list) {
            *list = Value::Array(vec![entry]);
        }
        part
    };
    let households = of("households").into_iter().map(|entry| one("households", entry));
    let parts: Vec<Value> = households.chain(of("units").into_iter().map(|entry| one("units", entry))).collect();
    if parts.is_empty() { vec![data.clone()] } else { parts }
}

/// Other keys and names, so that no page equals another.
fn vary(value: &mut Value, turn: usize) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value {
                    Value::String(text) if name == "key" => {
                        let tail: String = text.chars().skip(6).collect();
                        *text = format!("{turn:06}{tail}");
                    }
                    Value::String(text) if name == "name" => text.extend(char::from_u32(0x4E00 + turn as u32)),
                    other => vary(other, turn),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| vary(value, turn)),
        _ => {}
    }
}

fn codes(value: &mut Value) -> Result<(), canbao_paper::PaperError> {
    match value {
        Value::Object(object) => {
            object.values_mut().try_for_each(codes)?;
            if let Some(Value::String(key)) = object.get("key") {
                let svg = qr(key)?.svg();
                object.insert("qr".to_owned(), svg.into());
            }
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(codes),
        _ => Ok(()),
    }
}
