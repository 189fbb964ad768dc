//! Each role's day in a browser, on an invented city served by `canbao demo`.
//!
//! Needs Chromium and its driver (`scripts/browser.sh` installs them) and axe-core's file, named by
//! `CANBAO_TEST_CHROMEDRIVER` and `CANBAO_TEST_AXE`; without them nothing is tested here.

mod day;
mod drive;
mod site;
