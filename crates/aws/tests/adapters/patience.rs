//! A reading of thousands of calls waits where AWS throttles it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::wire::{Wire, observer, sdk};
use aws::{AssumeGrant, Aws, Error, Timeouts};
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use serde_json::json;

/// Longer than any pause between two attempts.
const ENDLESS: Duration = Duration::from_hours(1);

/// A clock that a pause moves on, and nothing else: nobody waits. What would end a call never comes.
#[derive(Clone, Debug)]
struct Pauses(Arc<Mutex<SystemTime>>);

impl AsyncSleep for Pauses {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration >= ENDLESS {
            return Sleep::new(std::future::pending());
        }
        *self.0.lock().unwrap() += duration;
        Sleep::new(std::future::ready(()))
    }
}

impl TimeSource for Pauses {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn v16_5_2_a_throttled_call_of_a_long_reading_is_sent_again_and_others_are_not_slower() {
    let throttled = json!({ "__type": "ThrottlingException", "message": "Rate exceeded" });
    let wire = Wire::start().await;
    let start = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
    let pauses = Pauses(Arc::new(Mutex::new(start)));
    let sdk = sdk(&wire.endpoint).to_builder().sleep_impl(pauses.clone()).time_source(pauses.clone()).build();
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
    let waited = pauses.now().duration_since(start).unwrap();
    assert!(waited > Duration::from_secs(18), "it waits before each: {waited:?}");

    // Somebody who waits is told, and does not share what the reading learnt.
    wire.will_json(400, &throttled).will_json(400, &throttled);
    let refused = session.service_catalog().list_portfolios().await;
    assert!(matches!(refused, Err(Error::Throttled(_))), "{refused:?}");
    assert_eq!(wire.asked("ListPortfolios").len(), 21 + 2);
    // AWS that is away is no reason to wait for ever.
    for _ in 0..20 {
        wire.will_json(400, &throttled);
    }
    let refused = session.service_catalog().patient(&patience).list_portfolios().await;
    assert!(matches!(refused, Err(Error::Throttled(_))), "{refused:?}");
    assert_eq!(wire.asked("ListPortfolios").len(), 21 + 2 + 10);
}
