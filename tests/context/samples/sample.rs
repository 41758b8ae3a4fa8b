//! A cache whose entries expire.

use std::collections::{hash_map::Entry, HashMap};
use std::fmt::{self, Display};
use std::time::Duration;

use crate::clock::Clock;
use super::errors::*;

mod policy;
pub mod shards {
    pub(super) fn of(key: &str) -> usize {
        key.len() % super::SHARDS
    }
}

const SHARDS: usize = 8;
static EMPTY: &str = r#"{"}"#;

/// How entries are dropped.
///
/// The default is by age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Policy {
    Age(Duration),
    Never,
}

pub type Result<T> = std::result::Result<T, CacheError>;

/// A cache of values by name.
#[derive(Default)]
pub struct Cache<'a, V> {
    entries: HashMap<String, Slot<V>>,
    clock: Option<&'a dyn Clock>,
}

struct Slot<V>(V, u64);

/// What can be kept.
pub trait Keep {
    const LIMIT: usize;

    fn weight(&self) -> usize;

    /// True if it is small.
    fn small(&self) -> bool {
        self.weight() < Self::LIMIT
    }
}

impl<'a, V> Cache<'a, V>
where
    V: Keep + Clone,
{
    /// An empty cache.
    pub fn new(clock: &'a dyn Clock) -> Self {
        Self { entries: HashMap::new(), clock: Some(clock) }
    }

    // Keeps a value.
    #[inline]
    pub fn put(&mut self, key: &str, value: V) -> Result<()> {
        let shard = shards::of(key);
        trace!("shard {}", describe(shard));
        match self.entries.entry(key.to_owned()) {
            Entry::Occupied(mut found) => {
                found.insert(Slot(value, now(self.clock)));
            }
            Entry::Vacant(empty) => drop(empty.insert(Slot(value, 0))),
        }
        Ok(())
    }
}

impl<V> Display for Cache<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries, '{{'", self.entries.len())
    }
}

fn now(clock: Option<&dyn Clock>) -> u64 {
    clock.map_or(0, |clock| clock.seconds())
}

pub(crate) async unsafe fn describe(shard: usize) -> String {
    format!("{shard}{EMPTY}")
}

/// Counts its arguments.
#[macro_export]
macro_rules! count {
    () => { 0 };
    ($head:expr $(, $tail:expr)*) => { 1 + count!($($tail),*) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_few() {
        assert!(shards::of("abc") < SHARDS);
    }
}
