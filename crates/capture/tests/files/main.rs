//! Captures of every kind, made octet by octet, read and copied: what the formats' documents say, what is
//! wrong with damaged files, what a copy keeps, and what Wireshark's tools say of it all.

mod copies;
mod faults;
mod formats;
mod made;
mod random;
mod wireshark;
