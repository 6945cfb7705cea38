//! The real binary as its own process, under what happens to real processes: killed, traced, out
//! of disk. One file per behaviour, named after it.

// They trace system calls, limit file sizes and mount file systems as Linux does.
#![cfg(target_os = "linux")]
#![expect(
    clippy::print_stdout,
    reason = "numbers and seeds, shown when a test fails or on demand"
)]

mod chaos;
mod cluster;
mod crash;
mod durability;
mod failover;
mod first_operator;
mod full_disk;
mod jobs;
mod lives;
mod monitoring;
mod nodes;
mod quota;
mod rate;
mod server;
mod takeover;
mod test_events;
mod together;
mod usage_crash;
mod usage_nodes;
