//! The file itself: made when it is taken, whole before anything of it leaves, and nowhere kept.

use std::borrow::Cow;

use axum::response::Response;
use canbao_registry::export::Export;

use super::column::{COLUMNS, Column, cell, told};
use crate::App;
use crate::aside::on_a_thread;
use crate::fault::Fault;
use crate::http::download::{self, Passing};
use crate::page::person::Names;
use crate::right::visitor::Visitor;
use crate::say;
use crate::sheet::{self, Form, Frame};

const FAILED: Fault = Fault::Nonsense("文件没有做成，没有下载。", "请稍候重试；持续出现时请联系系统管理员。");

