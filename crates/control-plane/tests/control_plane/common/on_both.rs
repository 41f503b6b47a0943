//! One test on both databases.

/// Makes of one test two: `NAME::sqlite` and `NAME::postgres`.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($url:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($url: String) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::common::on("sqlite", test).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                crate::common::on("postgres", test).await;
            }
        }
    )*};
}
