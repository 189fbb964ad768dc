//! Each role's day in a browser, on an invented city served by `canbao demo`.
//!
//! Needs Chromium and its driver (`scripts/browser.sh` installs them) and axe-core's file, named by
//! `CANBAO_TEST_CHROMEDRIVER` and `CANBAO_TEST_AXE`; without them nothing is tested here. `CANBAO_TEST_PICTURES` names a
//! folder for a picture of each page that is looked at.

mod day;
mod drive;
mod site;
mod survey;
mod walk;
