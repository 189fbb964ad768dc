//! Tests of the survey.

mod form;
