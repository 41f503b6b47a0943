//! Whatever people, AWS and the machines do, in whatever order: no call fails for a reason of the portal's own, only the owner
//! opens an environment, nothing is made twice or left without an environment, and at the end everything comes to rest, can be
//! terminated, and leaves nothing in the account.
//!
//! The sequences are drawn at random, from seeds that are the same at every run.

mod acts;
mod doing;
mod sound;

use crate::common::TestState;
use acts::Act;
use doing::act;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Acts in a sequence.
const ACTS: usize = 60;

fn sequence(seed: u8) -> Vec<Act> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let acts = proptest::collection::vec(acts::acts(), ACTS);
    acts.new_tree(&mut runner).unwrap().current()
}

/// What was done up to where it went wrong stands in the output of a test that fails.
async fn play(url: &str, acts: &[Act]) {
    let mut state = TestState::start(url).await;
    // In an old version: there is something to update.
    state.approved_in_first_version("fraud-scientist", "fraud-lead", "of-the-scientist").await;
    state.settle().await;
    state.approved_in_first_version("fraud-lead", "admin", "of-the-lead").await;
    for (n, it) in acts.iter().enumerate() {
        let answer = act(&mut state, it, n).await;
        println!("{n}: {it:?}: {answer}");
        sound::at_every_moment(&state).await;
    }
    sound::at_the_end(&mut state).await;
}

on_both! {
    async fn sequence_1(url) {
        play(&url, &sequence(1)).await;
    }

    async fn sequence_2(url) {
        play(&url, &sequence(2)).await;
    }

    async fn sequence_3(url) {
        play(&url, &sequence(3)).await;
    }

    async fn sequence_4(url) {
        play(&url, &sequence(4)).await;
    }

    async fn sequence_5(url) {
        play(&url, &sequence(5)).await;
    }

    async fn sequence_6(url) {
        play(&url, &sequence(6)).await;
    }

    async fn sequence_7(url) {
        play(&url, &sequence(7)).await;
    }

    async fn sequence_8(url) {
        play(&url, &sequence(8)).await;
    }
}
