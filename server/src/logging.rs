//! The log, on standard error.

use std::io::{IsTerminal as _, stderr};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{ConfigError, Log, LogFormat};

/// Starts it; once per process.
pub fn start(log: &Log) -> Result<(), ConfigError> {
    let started = subscriber(log, stderr, stderr().is_terminal())?.try_init();
    started.map_err(|e| ConfigError(format!("the log cannot be started: {e}")))
}

fn subscriber<W>(log: &Log, writer: W, ansi: bool) -> Result<Box<dyn Subscriber + Send + Sync>, ConfigError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&log.filter).map_err(|e| ConfigError(format!("log.filter: {e}")))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(ansi);
    Ok(match log.format {
        LogFormat::Json => {
            Box::new(builder.json().flatten_event(true).with_current_span(true).with_span_list(false).finish())
        }
        LogFormat::Text => Box::new(builder.with_target(false).finish()),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn v16_2_2_v16_2_4_v16_4_1_a_line_is_one_object_whatever_is_in_it() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = subscriber(&Log::default(), move || writer.clone(), false).unwrap();
        let forged = "no\r\n{\"level\":\"INFO\",\"message\":\"a sign-in\"}\n\u{1b}[2J";
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("request", request_id = "r-1");
            span.in_scope(|| tracing::warn!(reason = forged, "a sign-in failed"));
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["level"], &line["reason"]), (&Value::from("WARN"), &Value::from(forged)));
        assert_eq!(line["span"]["request_id"], "r-1");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{text}");
    }
}
