//! Channels: made, listed, changed, deleted.

use bellwire_core::{
    service::{ChannelPatch, NewChannel},
    time::HOUR,
};
use bellwire_testkit::{builders::START, service::by};

use crate::{World, conflict, fields, missing};

#[tokio::test]
async fn channels_are_made_changed_and_deleted() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let new = |key: &str| NewChannel {
        key: key.to_owned(),
        ..NewChannel::default()
    };
    let channel = service
        .create_channel("acme", new("conference:42"), &by("ann"))
        .await
        .unwrap();
    assert_eq!(
        (channel.label.as_str(), channel.kind.as_str()),
        ("conference:42", "conference")
    );
    assert_eq!(service.channel("acme", "conference:42").unwrap(), channel);
    assert_eq!(
        conflict(
            service
                .create_channel("acme", new("conference:42"), &by("ann"))
                .await
        ),
        "channel_taken"
    );
    let wrong = NewChannel {
        label: Some("\n".to_owned()),
        kind: Some("two words".to_owned()),
        ..new("a b")
    };
    assert_eq!(
        fields(service.create_channel("acme", wrong, &by("ann")).await),
        ["key", "label", "kind"]
    );
    world.kit.clock.advance(HOUR);
    let patch = ChannelPatch {
        label: Some("RustConf".to_owned()),
        kind: None,
    };
    let changed = service
        .update_channel("acme", "conference:42", patch, &by("ann"))
        .await
        .unwrap();
    assert_eq!(changed.updated_at, START + HOUR);
    service
        .create_channel("acme", new("account:cool"), &by("ann"))
        .await
        .unwrap();
    let page = service.channels("acme", None, 1).unwrap();
    assert_eq!(page.items[0].key, "account:cool");
    let page = service.channels("acme", page.next.as_deref(), 1).unwrap();
    assert_eq!((page.items, page.next), (vec![changed], None));
    service
        .delete_channel("acme", "conference:42", &by("ann"))
        .await
        .unwrap();
    assert_eq!(
        missing(
            service
                .delete_channel("acme", "conference:42", &by("ann"))
                .await
        ),
        "channel"
    );
    assert_eq!(missing(service.channel("acme", "conference:42")), "channel");
}
