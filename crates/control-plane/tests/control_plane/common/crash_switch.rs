use std::sync::{Arc, Mutex};

use control_plane::CrashPoint;

/// Where the next worker dies: at this point of this step, once; by a panic where the last says so.
#[derive(Clone, Default)]
pub struct CrashSwitch(Arc<Mutex<Option<(CrashPoint, String, bool)>>>);

impl CrashSwitch {
    pub fn arm(&self, point: CrashPoint, step: &str) {
        *self.0.lock().unwrap() = Some((point, step.to_owned(), false));
    }

    pub fn arm_panic(&self, point: CrashPoint, step: &str) {
        *self.0.lock().unwrap() = Some((point, step.to_owned(), true));
    }

    /// It dies nowhere.
    pub fn disarm(&self) {
        *self.0.lock().unwrap() = None;
    }

    /// Whether it still waits for its moment.
    pub fn is_armed(&self) -> bool {
        self.0.lock().unwrap().is_some()
    }

    pub(super) fn hook(&self) -> control_plane::CrashHook {
        let switch = self.clone();
        Arc::new(move |point, step| {
            let struck = switch.0.lock().unwrap().take_if(|(at, of, _)| *at == point && of == step);
            assert!(struck.as_ref().is_none_or(|(_, _, panics)| !panics), "a worker was made to panic");
            struck.is_some()
        })
    }
}
