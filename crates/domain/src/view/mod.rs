//! What each page shows: plain data, filled by `control-plane`, drawn by `app`.
