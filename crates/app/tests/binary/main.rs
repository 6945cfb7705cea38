//! The real binary as its own process, under what happens to real processes: killed, traced, out
//! of disk. One file per behaviour, named after it.

mod crash;
mod durability;
mod full_disk;
mod server;
