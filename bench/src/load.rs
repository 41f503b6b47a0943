//! The load: as many requests as a number of connections get answered, each answer checked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::{StatusCode, header};
use memchr::memmem;
use tokio::task::JoinSet;

use crate::client::{Answer, Ask, Connection};

/// How it is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) connections: usize,
    /// Not counted: connections, caches and the server's own threads settle.
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
}

/// What every answer has to be.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// 200, with this text in it.
    Page(Box<memmem::Finder<'static>>),
    /// 303 to a path of this origin.
    SeeOther(String),
}

impl Expect {
    pub(crate) fn page(text: &str) -> Self {
        Self::Page(Box::new(memmem::Finder::new(text).into_owned()))
    }

    pub(crate) fn check(&self, answer: &Answer) -> Result<()> {
        match self {
            Self::Page(text) => {
                if answer.status != StatusCode::OK {
                    bail!("the answer is {}: {}", answer.status, start_of(answer));
                }
                if text.find(&answer.body).is_none() {
                    bail!("{:?} is not in the answer: {}", String::from_utf8_lossy(text.needle()), start_of(answer));
                }
            }
            Self::SeeOther(origin) => {
                let location = answer.header(header::LOCATION);
                if answer.status != StatusCode::SEE_OTHER {
                    bail!("the answer is {}, not 303: {}", answer.status, start_of(answer));
                }
                if !location.strip_prefix(origin.as_str()).is_some_and(|path| path.starts_with('/')) {
                    bail!("the answer leads to another origin than {origin}");
                }
            }
        }
        Ok(())
    }
}

fn start_of(answer: &Answer) -> String {
    let text = answer.text();
    let text = text.split_once("<main").map_or(text.as_str(), |(_, main)| main);
    text.chars().take(600).collect()
}

/// What one measurement gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// One measurement. The first answer that is not what it should be ends it.
pub(crate) async fn measure(address: SocketAddr, ask: &Ask, expect: &Expect, pace: Pace) -> Result<Sample> {
    let (ask, expect) = (Arc::new(ask.clone()), Arc::new(expect.clone()));
    let begin = Instant::now() + pace.warm_up;
    let end = begin + pace.time;
    let mut running = JoinSet::new();
    for _ in 0..pace.connections {
        let mut connection = Connection::open(address).await?;
        let (ask, expect) = (Arc::clone(&ask), Arc::clone(&expect));
        running.spawn(async move {
            let mut times = Vec::new();
            loop {
                let start = Instant::now();
                if start >= end {
                    return anyhow::Ok(times);
                }
                let answer = connection.send(&ask).await?;
                let took = start.elapsed();
                expect.check(&answer)?;
                if start >= begin {
                    times.push(took);
                }
            }
        });
    }
    let mut times = Vec::new();
    while let Some(ended) = running.join_next().await {
        times.extend(ended?.with_context(|| ask.path().to_owned())?);
    }
    times.sort_unstable();
    Ok(Sample { per_second: rate(times.len(), pace.time), p50: share(&times, 50), p99: share(&times, 99) })
}

#[expect(clippy::cast_precision_loss, reason = "a number of requests is far below 2^52")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The smallest time that `percent` of them do not exceed.
fn share(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

/// The middle of several measurements of the same thing, each figure by itself.
pub(crate) fn median(samples: &[Sample]) -> Option<Sample> {
    let middle = |of: &dyn Fn(&Sample) -> f64| {
        let mut values: Vec<f64> = samples.iter().map(of).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some(Sample {
        per_second: middle(&|sample| sample.per_second)?,
        p50: Duration::from_secs_f64(middle(&|sample| sample.p50.as_secs_f64())?),
        p99: Duration::from_secs_f64(middle(&|sample| sample.p99.as_secs_f64())?),
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(share(&times, 50), Duration::from_millis(100));
        assert_eq!(share(&times, 99), Duration::from_millis(198));
        assert_eq!(share(&times[..1], 99), Duration::from_millis(1));
        assert_eq!(share(&[], 50), Duration::ZERO);
    }

    #[test]
    fn the_median_is_of_each_figure_by_itself() {
        let sample = |per_second: f64, p50: u64, p99: u64| Sample {
            per_second,
            p50: Duration::from_millis(p50),
            p99: Duration::from_millis(p99),
        };
        let found = median(&[sample(3.0, 7, 5), sample(1.0, 9, 6), sample(2.0, 8, 4)]).unwrap();
        assert!((1.9..2.1).contains(&found.per_second));
        assert_eq!((found.p50.as_millis(), found.p99.as_millis()), (8, 5));
        assert!(median(&[]).is_none());
    }

    #[test]
    fn what_is_not_the_answer_is_refused() {
        let answer = |status: u16, location: &str, body: &'static str| Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::from_iter([(header::LOCATION, location.parse().unwrap())]),
            body: body.into(),
        };
        let page = Expect::page("env-20");
        assert!(page.check(&answer(200, "", "<li>env-20</li>")).is_ok());
        assert!(page.check(&answer(200, "", "<li>env-2</li>")).is_err());
        assert!(page.check(&answer(403, "", "<li>env-20</li>")).is_err());
        let launch = Expect::SeeOther("http://127.0.0.1:1".to_owned());
        assert!(launch.check(&answer(303, "http://127.0.0.1:1/auth?token=x", "")).is_ok());
        assert!(launch.check(&answer(303, "http://127.0.0.1:11/auth?token=x", "")).is_err());
        assert!(launch.check(&answer(303, "/environments/1", "")).is_err());
        assert!(launch.check(&answer(200, "http://127.0.0.1:1/auth", "")).is_err());
    }
}
