//! Stage 7: a search through the log, step by step. Which rows are looked at in which order is
//! decided here, for both stores; they fetch what a step asks for, and keep the time.
//!
//! Events are shown newest first, by their ids. A filter that most events pass is answered by a walk
//! along them. One that few pass is answered by a walk along what is rarer: failed deliveries,
//! attempts without a 2xx (`plan`). That works because **a delivery's id is greater than its
//! event's**: what has not been seen yet of deliveries in falling order leads only to events that
//! are older than the last delivery seen. Events newer than that are complete and can be decided
//! (`choice`); the others wait. Deliveries that were added to an event later tell nothing of its
//! age, so they are passed over, and events that have such are walked along beside.

mod choice;
mod plan;

use std::collections::BTreeMap;

use self::plan::Way;
pub use self::{
    choice::{Choice, Tried},
    plan::{Key, Source},
};
use crate::{
    ids::{DeliveryId, EventId},
    ports::{EventCursor, EventFilter, EventPage, EventSummary},
    time::HOUR,
};

/// Rows that one step asks for at first, and at most.
const STEP: (usize, usize) = (64, 512);
/// Events that one step decides on.
const LOOK: usize = 64;
/// All deliveries that are made with an event have ids that are younger by less.
const MADE_WITHIN: i64 = HOUR;
const LAST: DeliveryId = EventCursor::START.position;

/// What a search needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The ids of the events that the filter's `id` or `external_id` can mean: [`Search::named`].
    Named,
    /// Events of these ids, falling, each decided: [`Search::events`].
    Events {
        /// Less than this.
        below: EventId,
        /// Not less than this.
        from: EventId,
        /// So many.
        limit: usize,
    },
    /// Deliveries of these ids, falling, with their events: [`Search::deliveries`].
    Deliveries {
        /// Which ones.
        source: Source,
        /// Less than this.
        below: DeliveryId,
        /// Not less than this.
        from: DeliveryId,
        /// So many.
        limit: usize,
    },
    /// Events of these ids, falling, to which deliveries were added later: [`Search::resent`].
    Resent {
        /// Less than this.
        below: EventId,
        /// Not less than this.
        from: EventId,
        /// So many.
        limit: usize,
    },
    /// These events, falling, each decided: [`Search::looked`].
    Look(Vec<EventId>),
    /// Nothing: the page is full or the search at its end.
    Nothing,
}

/// A search under way.
#[derive(Debug)]
pub struct Search<'f> {
    choice: Choice<'f>,
    limit: usize,
    began: EventCursor,
    /// Where a walk along deliveries begins.
    position: DeliveryId,
    /// Nothing older is asked for.
    floor: EventId,
    /// Every event from here on is decided.
    below: EventId,
    step: usize,
    way: Walk,
    items: Vec<EventSummary>,
    ended: bool,
    out_of_time: bool,
    /// It was allowed a look after its time.
    looked_late: bool,
}

#[derive(Debug)]
enum Walk {
    Named,
    Events { floor: EventId, then: Vec<Source> },
    Merge(Merge),
}

/// Several walks that lead to events, as one.
#[derive(Debug)]
struct Merge {
    lanes: Vec<Lane>,
    /// Which lane was asked.
    asked: usize,
    /// Events from here on to which deliveries were added are known.
    resent: EventId,
    /// Events that were led to and are not decided, with the youngest delivery that led there.
    found: BTreeMap<EventId, DeliveryId>,
}

#[derive(Debug)]
struct Lane {
    source: Source,
    /// Deliveries before this one have not been seen; `None` when all have been.
    position: Option<DeliveryId>,
}

impl Merge {
    fn new(sources: Vec<Source>, position: DeliveryId, below: EventId) -> Self {
        let lane = |source| Lane {
            source,
            position: Some(position),
        };
        Self {
            lanes: sources.into_iter().map(lane).collect(),
            asked: 0,
            resent: below,
            found: BTreeMap::new(),
        }
    }

    /// Deliveries before this one have not all been seen.
    fn position(&self) -> Option<DeliveryId> {
        self.lanes.iter().filter_map(|lane| lane.position).max()
    }
}

impl<'f> Search<'f> {
    /// A search for a page of so many events.
    #[must_use]
    pub fn new(filter: &'f EventFilter, cursor: Option<EventCursor>, limit: usize) -> Self {
        let began = cursor.unwrap_or(EventCursor::START);
        let (floor, top) = plan::bounds(filter);
        let below = began.before.min(top);
        let plain = EventFilter {
            corner: None,
            ..filter.clone()
        } == EventFilter::default();
        let way = match plan::way(filter) {
            Way::Named => Walk::Named,
            Way::Events => Walk::Events {
                floor,
                then: Vec::new(),
            },
            Way::EventsThen(since, then) => Walk::Events {
                floor: since.max(floor),
                then,
            },
            Way::Deliveries(sources) => Walk::Merge(Merge::new(sources, began.position, below)),
        };
        Self {
            choice: Choice::new(filter),
            limit,
            began,
            position: began.position,
            floor,
            below,
            // Without a filter the page is all that is needed, and one more, which tells that
            // there is a next one.
            step: if plain { limit + 1 } else { STEP.0 },
            way,
            items: Vec::new(),
            ended: below <= floor,
            out_of_time: false,
            looked_late: false,
        }
    }

    /// What decides on events.
    #[must_use]
    pub const fn choice(&self) -> &Choice<'f> {
        &self.choice
    }

    /// What is needed next.
    pub fn want(&mut self) -> Want {
        if self.ended || self.items.len() >= self.limit {
            return Want::Nothing;
        }
        if let Walk::Events { floor, then } = &mut self.way
            && self.below <= *floor
        {
            // What was made later than all of these are no deliveries of older events.
            let top = floor_of(*floor);
            let then = std::mem::take(then);
            if then.is_empty() || self.below <= self.floor {
                self.ended = true;
                return Want::Nothing;
            }
            let merge = Merge::new(then, self.position.min(top), self.below);
            self.way = Walk::Merge(merge);
        }
        match &mut self.way {
            Walk::Named => Want::Named,
            Walk::Events { floor, .. } => Want::Events {
                below: self.below,
                from: *floor,
                limit: self.step,
            },
            Walk::Merge(merge) => {
                let seen_to = merge.position().map_or(self.floor, |position| {
                    EventId::from_bytes(*position.as_bytes()).max(self.floor)
                });
                let complete = seen_to.max(merge.resent);
                let ready = merge.found.range(complete..).rev().take(LOOK);
                let ready: Vec<EventId> = ready.map(|(event, _)| *event).collect();
                if !ready.is_empty() {
                    return Want::Look(ready);
                }
                self.below = self.below.min(complete);
                if merge.resent > seen_to {
                    return Want::Resent {
                        below: merge.resent,
                        from: seen_to,
                        limit: self.step,
                    };
                }
                let lanes = merge.lanes.iter().enumerate();
                let furthest = lanes
                    .filter_map(|(index, lane)| Some((lane.position?, index)))
                    .max();
                let from = DeliveryId::from_bytes(*self.floor.as_bytes());
                match furthest.filter(|(position, _)| *position > from) {
                    Some((below, index)) => {
                        merge.asked = index;
                        Want::Deliveries {
                            source: merge.lanes[index].source,
                            below,
                            from,
                            limit: self.step,
                        }
                    }
                    None => {
                        self.ended = true;
                        Want::Nothing
                    }
                }
            }
        }
    }

    /// The events that are named, in any order. Only those of the organization matter.
    pub fn named(&mut self, events: impl IntoIterator<Item = EventId>) {
        let below = self.below;
        let found = events
            .into_iter()
            .filter(|event| *event < below && *event >= self.floor)
            .map(|event| (event, DeliveryId::from_bytes([0; 16])));
        let found = found.collect();
        self.way = Walk::Merge(Merge {
            found,
            ..Merge::new(Vec::new(), LAST, self.floor)
        });
    }

    /// What was decided on events of a walk along them; `end` when there are no more.
    pub fn events(&mut self, decided: Vec<(EventId, Option<EventSummary>)>, end: bool) {
        let mut decided = decided.into_iter();
        for (id, shown) in decided.by_ref() {
            self.below = id;
            self.items.extend(shown);
            if self.items.len() >= self.limit {
                break;
            }
        }
        if end
            && decided.len() == 0
            && let Walk::Events { floor, then } = &self.way
        {
            let floor = *floor;
            if then.is_empty() {
                self.ended = true;
            } else {
                self.below = self.below.min(floor);
            }
        }
        self.grow();
    }

    /// Deliveries, falling, each with its event. `position` is where those begin that have not been
    /// seen; `None` when all have been.
    pub fn deliveries(
        &mut self,
        found: impl IntoIterator<Item = (DeliveryId, EventId)>,
        position: Option<DeliveryId>,
    ) {
        let (below, floor) = (self.below, self.floor);
        let Walk::Merge(merge) = &mut self.way else {
            return;
        };
        for (delivery, event) in found {
            // One that was added later is led to beside: it would have to wait for long here.
            let made_with = delivery.time().since(event.time()) < MADE_WITHIN;
            if made_with && event < below && event >= floor {
                let newest = merge.found.entry(event).or_insert(delivery);
                *newest = delivery.max(*newest);
            }
        }
        let asked = merge.asked;
        if let Some(lane) = merge.lanes.get_mut(asked) {
            lane.position = position;
        }
        self.grow();
    }

    /// Events to which deliveries were added, falling; `end` when there are no more of them.
    pub fn resent(&mut self, events: &[EventId], from: EventId, end: bool) {
        let (below, floor) = (self.below, self.floor);
        let Walk::Merge(merge) = &mut self.way else {
            return;
        };
        for event in events {
            if *event < below && *event >= floor {
                let none = DeliveryId::from_bytes([0; 16]);
                merge.found.entry(*event).or_insert(none);
            }
        }
        merge.resent = match events.last() {
            Some(last) if !end => *last,
            _ => from,
        };
    }

    /// What was decided on the events that were to be looked at.
    pub fn looked(&mut self, decided: Vec<(EventId, Option<EventSummary>)>) {
        let Walk::Merge(merge) = &mut self.way else {
            return;
        };
        for (id, shown) in decided {
            if self.items.len() >= self.limit {
                break;
            }
            merge.found.remove(&id);
            self.below = id;
            self.items.extend(shown);
        }
        if merge.found.is_empty() && merge.lanes.iter().all(|lane| lane.position.is_none()) {
            self.ended |= merge.resent <= self.floor;
        }
    }

    /// Steps grow, so that a search that finds little does not ask often.
    fn grow(&mut self) {
        if self.step < STEP.1 {
            self.step = (self.step * 2).min(STEP.1);
        }
    }

    fn cursor(&self) -> EventCursor {
        let position = match &self.way {
            Walk::Merge(merge) => {
                // Those that led to an event that is not decided are to be seen again.
                let again = merge.found.values().max().copied().map(successor);
                let none = DeliveryId::from_bytes([0; 16]);
                merge.position().max(again).unwrap_or(none)
            }
            _ => LAST,
        };
        EventCursor {
            before: self.below,
            position,
        }
    }

    /// Whether a search from where this one is would begin elsewhere than this one did.
    fn got_on(&self) -> bool {
        let cursor = self.cursor();
        cursor.before < self.began.before || cursor.position < self.began.position
    }

    /// Whether it may stop before it does what it wants. It has to get on; and once it may look at what
    /// it has found, if there is nothing to show yet.
    pub fn may_stop(&mut self, want: &Want) -> bool {
        if !self.got_on() {
            return false;
        }
        let may_look = self.items.is_empty() && matches!(want, Want::Look(_));
        !may_look || std::mem::replace(&mut self.looked_late, true)
    }

    /// The time is up.
    pub const fn out_of_time(&mut self) {
        self.out_of_time = true;
    }

    /// What was found.
    #[must_use]
    pub fn page(self) -> EventPage {
        let next = (!self.ended).then(|| self.cursor());
        let searched_back_to = next
            .filter(|_| self.out_of_time && self.items.len() < self.limit)
            .map(|cursor| cursor.before.time());
        EventPage {
            items: self.items,
            next,
            searched_back_to,
        }
    }
}

/// Deliveries that were made with events before this one are before this.
fn floor_of(event: EventId) -> DeliveryId {
    DeliveryId::floor(event.time() + MADE_WITHIN)
}

fn successor(id: DeliveryId) -> DeliveryId {
    let next = u128::from_be_bytes(*id.as_bytes()).saturating_add(1);
    DeliveryId::from_bytes(next.to_be_bytes())
}
