//! Documents: kept as they are, each under its key, with what it belongs to.

use bellwire_core::{
    ids::{ConditionId, OrganizationId},
    ports::{Bought, Error, ItemFilter, Window},
    time::{DAY, MINUTE},
    usage::{Condition, Developer, Noun, Package, RatePlan},
};

use super::{
    Market,
    market::{BEGIN, percents},
};
use crate::{conformance::Subject, people::any};

const ALL: Window = Window {
    offset: 0,
    limit: 100,
};

fn of(noun: Noun) -> ItemFilter {
    ItemFilter {
        noun,
        parent: None,
        owner: None,
        text: None,
    }
}

/// APG-27d: what is stored is read as it was; a change replaces the body and who changed it last.
pub async fn documents_come_back_as_they_were<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let mut ada = market.developer("ada");
    let former = market.world.now;
    let made = market.item(&ada);
    market.create(&ada).await.expect("stored");
    let plan = market.plan(&ada, u64::MAX);
    market.create(&plan).await.expect("stored");
    let webhook = market.world.webhook(&market.organization).await;
    let condition = market.tell("%= 80 to 120 by 10", &[&webhook]).await;
    market.world.crash().await;
    assert_eq!(
        market.find(Noun::Developer, &ada.email).await,
        Some(made.clone())
    );
    let plan_item = market.find(Noun::DeveloperPlan, &plan.id.to_string()).await;
    let plan_item = plan_item.expect("there");
    assert_eq!(plan_item.read(), Some(plan));
    assert_eq!(plan_item.parent.as_deref(), Some("adjustable"));
    assert_eq!(plan_item.owner.as_deref(), Some("ada@example.com"));
    let item = market
        .find(Noun::Condition, &condition.id.to_string())
        .await;
    assert_eq!(item.expect("there").read(), Some(condition));
    assert_eq!(market.find(Noun::Package, &ada.email).await, None);
    assert_eq!(market.find(Noun::Developer, "b\0b").await, None);

    market.world.now = market.world.now + MINUTE;
    ada.company = "Engines".to_owned();
    let mut changed = market.item(&ada);
    changed.stamp.created_at = former;
    changed.stamp.updated_by = "bob".to_owned();
    let store = market.world.store();
    let updated = store.update_item(changed.clone(), former, any()).await;
    updated.expect("changed");
    assert_eq!(
        market.find(Noun::Developer, &ada.email).await,
        Some(changed)
    );
    let again = market.update(&ada, former).await;
    assert!(matches!(again, Err(Error::Stale)), "{again:?}");
    ada.email = "nobody@example.com".to_owned();
    let nobody = market.update(&ada, former).await;
    assert!(
        matches!(nobody, Err(Error::NotFound("developer"))),
        "{nobody:?}"
    );
}

/// APG-27d: a key is taken once within its noun and organization, and what a document belongs to must
/// be there.
pub async fn a_document_has_a_key_and_a_place<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let ada = market.developer("ada");
    market.create(&ada).await.expect("stored");
    let twice = market.create(&ada).await;
    assert!(matches!(twice, Err(Error::Taken("key"))), "{twice:?}");
    // The same key under another noun.
    let package = Package {
        id: ada.email.clone(),
        ..market.package()
    };
    market.create(&package).await.expect("stored");

    let stranger = market.plan(&market.developer("bob"), 1);
    let made = market.create(&stranger).await;
    assert!(
        matches!(made, Err(Error::NotFound("developer"))),
        "{made:?}"
    );
    let mut plan = market.plan(&ada, 1);
    plan.rate_plan = "fixed".to_owned();
    let made = market.create(&plan).await;
    assert!(
        matches!(made, Err(Error::NotFound("rate plan"))),
        "{made:?}"
    );
    let rate_plan = RatePlan {
        id: "other".to_owned(),
        package: "nothing".to_owned(),
        ..market.rate_plan.clone()
    };
    let made = market.create(&rate_plan).await;
    assert!(matches!(made, Err(Error::NotFound("package"))), "{made:?}");
    let mut item = market.item(&market.developer("bob"));
    item.organization_id = market.world.id::<OrganizationId>();
    let made = market.world.store().create_item(item, any()).await;
    assert!(
        matches!(made, Err(Error::NotFound("organization"))),
        "{made:?}"
    );
}

/// Lists are oldest first, in windows; filters combine; a search looks at values in any case.
pub async fn documents_are_listed_oldest_first<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let mut expected = Vec::new();
    // Made in one moment they are in the order of their keys.
    for name in ["zoe", "bob", "eve", "dan", "ada"] {
        if name != "eve" {
            market.world.now = market.world.now + MINUTE;
        }
        expected.push(market.sell(name, 100).await);
    }
    let emails: Vec<String> = expected.iter().map(|plan| plan.developer.clone()).collect();
    let listed = market.list(of(Noun::Developer), ALL).await;
    let keys = |listed: &bellwire_core::ports::Listed| -> Vec<String> {
        listed.items.iter().map(|item| item.key.clone()).collect()
    };
    assert_eq!((keys(&listed), listed.total), (emails.clone(), 5));
    let window = Window {
        offset: 3,
        limit: 1,
    };
    let listed = market.list(of(Noun::Developer), window).await;
    assert_eq!((keys(&listed), listed.total), (emails[3..4].to_vec(), 5));
    let window = Window {
        offset: 9,
        limit: 1,
    };
    let listed = market.list(of(Noun::Developer), window).await;
    assert_eq!((keys(&listed), listed.total), (Vec::new(), 5));

    for (text, found) in [
        ("AdA@", 1),
        ("example.COM", 5),
        ("gold", 5),
        ("łovelace \"THE", 5),
        ("first_name", 0),
        ("%", 0),
    ] {
        let filter = ItemFilter {
            text: Some(text.to_owned()),
            ..of(Noun::Developer)
        };
        let listed = market.list(filter, ALL).await;
        assert_eq!(
            (listed.items.len(), listed.total),
            (found, found as u64),
            "{text}"
        );
    }
    let other = RatePlan {
        id: "other".to_owned(),
        ..market.rate_plan.clone()
    };
    market.create(&other).await.expect("stored");
    let mut second = market.plan(&market.developer("bob"), 7);
    second.rate_plan = other.id.clone();
    market.create(&second).await.expect("stored");
    for (parent, owner, text, found) in [
        (Some("adjustable"), None, None, 5),
        (Some("other"), None, None, 1),
        (None, Some("bob@example.com"), None, 2),
        (Some("other"), Some("bob@example.com"), None, 1),
        (Some("other"), Some("ada@example.com"), None, 0),
        (Some("adjustable"), Some("bob@example.com"), Some("BOB"), 1),
        (Some("adjustable"), None, Some("bob"), 1),
    ] {
        let filter = ItemFilter {
            noun: Noun::DeveloperPlan,
            parent: parent.map(str::to_owned),
            owner: owner.map(str::to_owned),
            text: text.map(str::to_owned),
        };
        let listed = market.list(filter.clone(), ALL).await;
        assert_eq!(
            (listed.items.len(), listed.total),
            (found, found as u64),
            "{filter:?}"
        );
        for item in listed.items {
            assert!(parent.is_none() || item.parent.as_deref() == parent);
            assert!(owner.is_none() || item.owner.as_deref() == owner);
        }
    }
}

/// APG-27d: what is sold cannot be deleted while somebody has it; a developer goes with their plans and
/// counts, a rate plan with its conditions.
pub async fn what_belongs_together_goes_together<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let plan = market.sell("ada", 100).await;
    let webhook = market.world.webhook(&market.organization).await;
    let condition = market.tell("%= 80", &[&webhook]).await;
    assert_eq!(market.report(&plan, &[(1, 5)]).await, percents([]));
    for (noun, key, what) in [
        (Noun::Package, "location", "rate plan"),
        (Noun::RatePlan, "adjustable", "developer rate plan"),
    ] {
        let deleted = market.delete(noun, key).await;
        let Err(Error::Conflict(why)) = deleted else {
            panic!("{noun:?}: {deleted:?}");
        };
        assert!(why.contains(what), "{why}");
        assert!(market.find(noun, key).await.is_some());
    }
    market
        .delete(Noun::Developer, &plan.developer)
        .await
        .expect("deleted");
    let key = plan.id.to_string();
    assert_eq!(market.find(Noun::DeveloperPlan, &key).await, None);
    assert_eq!(market.used(&plan).await, None);
    let again = market.delete(Noun::Developer, &plan.developer).await;
    assert!(
        matches!(again, Err(Error::NotFound("developer"))),
        "{again:?}"
    );
    let counted = market.count(vec![market.group(&plan, &[(2, 5)])]).await;
    assert!(
        matches!(counted, Err(Error::NotFound("developer rate plan"))),
        "{counted:?}"
    );

    // A plan alone takes its counts along: the next one of the same kind begins at nothing.
    let plan = market.sell("ada", 100).await;
    market.report(&plan, &[(3, 5)]).await;
    assert_eq!(market.used(&plan).await, Some((5, 5)));
    market
        .delete(Noun::DeveloperPlan, &plan.id.to_string())
        .await
        .expect("deleted");
    let next = market.plan(&market.developer("ada"), 100);
    market.create(&next).await.expect("stored");
    market.report(&next, &[(4, 1)]).await;
    assert_eq!(market.used(&next).await, Some((1, 1)));
    market
        .delete(Noun::Developer, &next.developer)
        .await
        .expect("deleted");

    market
        .delete(Noun::RatePlan, "adjustable")
        .await
        .expect("deleted");
    let key = condition.id.to_string();
    assert_eq!(market.find(Noun::Condition, &key).await, None);
    market
        .delete(Noun::Package, "location")
        .await
        .expect("deleted");
    let gone = market.delete(Noun::Package, "location").await;
    assert!(matches!(gone, Err(Error::NotFound("package"))), "{gone:?}");
}

/// APG-27d: a developer has a rate plan once at a time.
pub async fn plans_of_a_developer_lie_apart<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let ada = market.developer("ada");
    market.create(&ada).await.expect("stored");
    let mut first = market.plan(&ada, 100);
    first.end = Some(BEGIN + 10 * DAY);
    market.create(&first).await.expect("stored");
    let mut second = market.plan(&ada, 100);
    second.start = BEGIN + 9 * DAY;
    let made = market.create(&second).await;
    assert!(matches!(made, Err(Error::Conflict(_))), "{made:?}");
    second.start = BEGIN + 10 * DAY;
    market
        .create(&second)
        .await
        .expect("one begins where the other ends");
    let now = market.world.now;
    first.end = None;
    let changed = market.update(&first, now).await;
    assert!(matches!(changed, Err(Error::Conflict(_))), "{changed:?}");
    first.end = Some(BEGIN + 5 * DAY);
    market
        .update(&first, now)
        .await
        .expect("a plan may become shorter");
    // Somebody else has what they want.
    market.sell("bob", 100).await;
}

/// What a report needs to know of many developers and plans at once, in the order of the questions.
pub async fn what_was_bought_is_told_by_pairs<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let mut plans = Vec::new();
    for name in ["bob", "ada"] {
        plans.push(market.sell(name, 100).await);
    }
    let mut later = market.plan(&market.developer("ada"), 5);
    later.start = BEGIN + DAY;
    let mut first = plans[1].clone();
    first.end = Some(later.start);
    market
        .update(&first, market.world.now)
        .await
        .expect("changed");
    market.create(&later).await.expect("stored");
    let pair = |developer: &str, plan: &str| (developer.to_owned(), plan.to_owned());
    let pairs = vec![
        pair("bob@example.com", "adjustable"),
        pair("nobody@example.com", "adjustable"),
        pair("ada@example.com", "adjustable"),
        pair("ada@example.com", "fixed"),
        pair("bob@example.com", "adjustable"),
        pair("a\0", "\0"),
    ];
    let store = market.world.store();
    let bought = store
        .bought(market.organization.id, pairs.clone())
        .await
        .expect("read");
    let one = |plan: &bellwire_core::usage::DeveloperPlan| Bought {
        plan: plan.clone(),
        months: market.rate_plan.months,
        applications: vec!["weather".to_owned()],
    };
    let [bob, ada] = [vec![one(&plans[0])], vec![one(&first), one(&later)]];
    let mut expected = vec![bob.clone(), vec![], ada, vec![], bob, vec![]];
    for answer in expected.iter_mut().chain([&mut vec![]]) {
        answer.sort_by_key(|bought| bought.plan.id);
    }
    let sorted = |mut bought: Vec<Vec<Bought>>| {
        for answer in &mut bought {
            answer.sort_by_key(|bought| bought.plan.id);
        }
        bought
    };
    assert_eq!(sorted(bought), expected);
    let other = market.world.organization("other").await;
    let bought = store.bought(other.id, pairs).await.expect("read");
    assert!(bought.iter().all(Vec::is_empty) && bought.len() == 6);
}

/// One organization reads, changes, counts and deletes nothing of another's.
pub async fn documents_belong_to_one_organization<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let plan = market.sell("ada", 100).await;
    market.report(&plan, &[(1, 5)]).await;
    let other = market.world.organization("other").await;
    let owner = std::mem::replace(&mut market.organization, other);
    assert_eq!(market.find(Noun::Package, "location").await, None);
    let listed = market.list(of(Noun::Developer), ALL).await;
    assert_eq!((listed.items.len(), listed.total), (0, 0));
    assert_eq!(market.used(&plan).await, None);
    let store = market.world.store();
    let history = store
        .usage_history(market.organization.id, plan.id, 9)
        .await;
    assert_eq!(history.expect("read"), []);
    let counted = market.count(vec![market.group(&plan, &[(2, 5)])]).await;
    assert!(matches!(counted, Err(Error::NotFound(_))), "{counted:?}");
    let key = plan.developer.clone();
    let deleted = market.delete(Noun::Developer, &key).await;
    assert!(
        matches!(deleted, Err(Error::NotFound("developer"))),
        "{deleted:?}"
    );
    let changed = market
        .update(&market.developer("ada"), market.world.now)
        .await;
    assert!(
        matches!(changed, Err(Error::NotFound("developer"))),
        "{changed:?}"
    );
    let made = market
        .create(&Condition {
            id: market.world.id::<ConditionId>(),
            rate_plan: "adjustable".to_owned(),
            targets: vec!["%= 80".parse().expect("a target")],
            webhooks: Vec::new(),
        })
        .await;
    assert!(
        matches!(made, Err(Error::NotFound("rate plan"))),
        "{made:?}"
    );
    // The same keys and the same ids of records are free here.
    market.create(&market.package()).await.expect("stored");
    market.create(&market.rate_plan).await.expect("stored");
    let own = market.sell("ada", 100).await;
    market.report(&own, &[(1, 7)]).await;
    assert_eq!(market.used(&own).await, Some((7, 7)));
    market.organization = owner;
    assert_eq!(market.used(&plan).await, Some((5, 5)));
    let ada: Option<Developer> = market
        .find(Noun::Developer, "ada@example.com")
        .await
        .and_then(|item| item.read());
    assert_eq!(ada, Some(market.developer("ada")));
}
