//! A reading of thousands of calls waits where AWS throttles it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::wire::{Wire, observer, sdk};
use aws::{AssumeGrant, Aws, Error, Timeouts};
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use serde_json::json;

/// Longer than any pause between two attempts.
const ENDLESS: Duration = Duration::from_hours(1);

/// Counts the pauses, and makes none; what would end a call never comes.
#[derive(Clone, Debug, Default)]
struct Pauses(Arc<AtomicU32>);

impl AsyncSleep for Pauses {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration >= ENDLESS {
            return Sleep::new(std::future::pending());
        }
        self.0.fetch_add(1, Ordering::Relaxed);
        Sleep::new(std::future::ready(()))
    }
}

#[tokio::test]
async fn v16_5_2_a_throttled_call_of_a_long_reading_is_sent_again_and_others_are_not_slower() {
    let throttled = json!({ "__type": "ThrottlingException", "message": "Rate exceeded" });
    let wire = Wire::start().await;
    let pauses = Pauses::default();
    let sdk = sdk(&wire.endpoint).to_builder().sleep_impl(pauses.clone()).build();
    let mut config = wire.config();
    config.timeouts = Timeouts { connect: ENDLESS, attempt: ENDLESS, operation: ENDLESS, patience: ENDLESS };
    let aws = Aws::with_sdk_config(&sdk, config);
    let session = aws.assume(&observer(), &AssumeGrant::system("studiogate")).await.unwrap();
    let patience = aws.patience();
    for _ in 0..3 {
        for _ in 0..6 {
            wire.will_json(400, &throttled);
        }
        wire.will_json(200, &json!({ "PortfolioDetails": [] }));
        assert_eq!(session.service_catalog().patient(&patience).list_portfolios().await.unwrap(), []);
    }
    assert_eq!(wire.asked("ListPortfolios").len(), 21);
    assert!(pauses.0.load(Ordering::Relaxed) >= 18, "it waits before each");

    // Somebody who waits is told, and does not share what the reading learnt.
    let before = pauses.0.load(Ordering::Relaxed);
    wire.will_json(400, &throttled).will_json(400, &throttled);
    let refused = session.service_catalog().list_portfolios().await;
    assert!(matches!(refused, Err(Error::Throttled(_))), "{refused:?}");
    assert_eq!(pauses.0.load(Ordering::Relaxed), before + 1);
    // AWS that is away is no reason to wait for ever.
    for _ in 0..20 {
        wire.will_json(400, &throttled);
    }
    let refused = session.service_catalog().patient(&patience).list_portfolios().await;
    assert!(matches!(refused, Err(Error::Throttled(_))), "{refused:?}");
    assert_eq!(wire.asked("ListPortfolios").len(), 21 + 2 + 10);
}
