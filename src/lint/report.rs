//! What was found, in words: for people, as JSON Lines, as SARIF for annotations in a forge, or counted by
//! rule.

use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use super::{Ended, Judged};

mod json;
mod sarif;
mod summary;
mod text;

pub use json::JsonReport;
pub use sarif::SarifReport;
pub use summary::SummaryReport;
pub use text::TextReport;

/// A form in which findings are written down.
pub trait Report: Send {
    /// Begins a capture.
    ///
    /// # Errors
    /// If it cannot be written.
    fn begin(&mut self, _file: &str) -> io::Result<()> {
        Ok(())
    }

    /// Writes a packet's findings down.
    ///
    /// # Errors
    /// If they cannot be written.
    fn packet(&mut self, judged: &Judged) -> io::Result<()>;

    /// Ends a capture, which was read in so many seconds.
    ///
    /// # Errors
    /// If it cannot be written.
    fn end(&mut self, _ended: &Ended, _seconds: f64) -> io::Result<()> {
        Ok(())
    }

    /// Ends it all.
    ///
    /// # Errors
    /// If it cannot be written.
    fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where a report is written.
pub type Output = Box<dyn Write + Send>;

/// `2026-11-24T12:34:56.789012Z`, with nanoseconds where there are any.
fn time(nanoseconds: u64) -> String {
    let time = UNIX_EPOCH + Duration::from_nanos(nanoseconds);
    match nanoseconds.is_multiple_of(1000) {
        true => humantime::format_rfc3339_micros(time).to_string(),
        false => humantime::format_rfc3339_nanos(time).to_string(),
    }
}
