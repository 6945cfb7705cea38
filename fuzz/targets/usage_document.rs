//! What a store might hold as a document of usage: damaged ones are told from whole ones, and what is
//! read is written and read again as the same.
#![no_main]

use std::fmt::Debug;

use bellwire_core::{
    ids::OrganizationId,
    time::Time,
    usage::{Condition, Developer, DeveloperPlan, Document, Item, Noun, Package, RatePlan, Stamp},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &str| {
    again::<Developer>(body);
    again::<Package>(body);
    again::<RatePlan>(body);
    again::<DeveloperPlan>(body);
    again::<Condition>(body);
});

fn again<D: Document + PartialEq + Debug>(body: &str) {
    let stamp = Stamp {
        created_at: Time::EPOCH,
        created_by: String::new(),
        updated_at: Time::EPOCH,
        updated_by: String::new(),
    };
    let organization = OrganizationId::from_bytes([1; 16]);
    let item = Item {
        organization_id: organization,
        noun: D::NOUN,
        key: String::new(),
        parent: None,
        owner: None,
        body: body.to_owned(),
        stamp: stamp.clone(),
    };
    let Some(document) = item.read::<D>() else {
        return;
    };
    let written = Item::new(organization, &document, stamp);
    assert_eq!(written.parent.is_some(), D::NOUN.parent().is_some());
    assert_eq!(written.owner.is_some(), D::NOUN.owner().is_some());
    assert_eq!(written.read::<D>(), Some(document));
    for noun in Noun::ALL.into_iter().filter(|noun| *noun != D::NOUN) {
        let other = Item {
            noun,
            ..written.clone()
        };
        assert!(other.read::<D>().is_none());
    }
}
