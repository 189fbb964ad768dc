//! Rare characters in names: their fonts are served, and the style says which has what.

use axum::http::StatusCode;

use crate::support::Site;

/// Names that have been in the news for being typed as `?`, and one of each block.
const NAMED: &str = "㛃䶮𠅤𣲗𬎆𫍯𫖳𬺈𬮱𪟝𬎑𮧴";

#[tokio::test]
async fn each_rare_character_has_a_font_that_is_fetched_for_it_alone() {
    let site = Site::new().await;
    let browser = site.browser();
    let page = browser.get("/login").await.text;
    let style = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let css = browser.get(style).await.text;
    assert!(css.contains("\"Microsoft YaHei\", system-ui, \"Canbao Rare\","), "after the computer's own");
    let mut faces = Vec::new();
    for face in css.split("@font-face {").skip(1).filter(|face| face.starts_with(" font-family: \"Canbao Rare\"")) {
        let url = face.split("url(\"").nth(1).unwrap().split('"').next().unwrap();
        let ranges = face.split("unicode-range: ").nth(1).unwrap().split(';').next().unwrap();
        let ranges = ranges.split(", ").map(|range| {
            let (first, last) = range.strip_prefix("U+").unwrap().split_once('-').unwrap_or((&range[2..], &range[2..]));
            u32::from_str_radix(first, 16).unwrap()..=u32::from_str_radix(last, 16).unwrap()
        });
        faces.push((url.to_owned(), ranges.collect::<Vec<_>>()));
    }
    assert_eq!(faces.len(), 6);
    let mut whole = 0;
    for (url, _) in &faces {
        let font = browser.get(url).await;
        assert_eq!(
            (font.status, &font.headers["content-type"]),
            (StatusCode::OK, &"font/woff2".parse().unwrap()),
            "{url}"
        );
        assert_eq!(font.headers["cache-control"], "public, max-age=31536000, immutable");
        assert!(font.text.starts_with("wOF2"), "{url}");
        whole += font.headers["content-length"].to_str().unwrap().parse::<usize>().unwrap();
    }
    assert!(whole < 4_000_000, "{whole}");
    let of = |c: char| faces.iter().rev().find(|(_, ranges)| ranges.iter().any(|range| range.contains(&u32::from(c))));
    for c in NAMED.chars() {
        assert!(of(c).is_some(), "{c}");
    }
    for c in "王秀英一龥Aa1。".chars() {
        assert!(of(c).is_none(), "{c} needs no font of ours");
    }
    assert_eq!(browser.get("/static/rare-b.woff2").await.status, StatusCode::NOT_FOUND, "only by its digest");
}
