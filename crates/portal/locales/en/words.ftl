# What an organization's pages call things. Its profile decides: this is the only file that knows.
# The words of Advocate, EventInsight and Wink are those of requirements.md (ADV-3 to ADV-10, EVI-7
# to EVI-14, WNK-2 to WNK-12).

word-webhooks = { $profile ->
    [advocate] Webhook Subscriptions
    [eventinsight] Couplings
   *[other] Webhooks
}
word-webhooks-menu = { $profile ->
    [eventinsight] Couplings
   *[other] Webhooks
}
word-webhook = { $profile ->
    [advocate] Subscription
    [eventinsight] Coupling
   *[other] Webhook
}
word-create = { $profile ->
    [advocate] Create Subscription
    [eventinsight] New Webhook
    [wink] Create new webhook
    [apigee] + Webhook
   *[other] Create webhook
}
word-create-title = { $profile ->
    [apigee] Add webhook
   *[other] { word-create }
}
word-update-title = { $profile ->
    [advocate] Update subscription
    [eventinsight] Update coupling
    [apigee] Update Webhook
   *[other] Update webhook
}
word-remove-title = { $profile ->
    [advocate] Remove this subscription?
    [eventinsight] Remove this coupling?
    [apigee] Delete this webhook?
   *[other] Remove this webhook?
}
word-save-update = { $profile ->
    [apigee] Update Webhook
   *[other] Save
}
action-update = { $profile ->
    [apigee] Edit
   *[other] Update
}
action-remove = { $profile ->
    [apigee] Delete
   *[other] Remove
}
word-name = { $profile ->
    [advocate] Subscription
    [eventinsight] Coupling
   *[other] Webhook
}
word-form-name = { $profile ->
    [advocate] Webhook Name
   *[other] Name
}
word-url = { $profile ->
    [advocate] Post to URL
    [wink] Webhook URL
   *[other] Endpoint URL
}
word-active = { $profile ->
    [eventinsight] Is active
    [wink] Enable
   *[other] Active
}
word-events = { $profile ->
    [advocate] Types
    [eventinsight] Triggers
   *[other] Events
}
word-channels = { $profile ->
    [eventinsight] Events
    [wink] Entity name
   *[other] Channels
}
word-channels-hint = { $profile ->
    [eventinsight] Only these conferences. None chosen means all of them.
    [wink] The account whose events you want.
   *[other] Only what is about these. None chosen means all of it.
}
word-view-log = { $profile ->
    [advocate] View Logs
    [eventinsight] Log overview
   *[other] Event log
}
word-log = { $profile ->
    [advocate] Webhooks Event Log
    [eventinsight] Log overview
   *[other] Event log
}
word-log-menu = { $profile ->
    [eventinsight] Log overview
   *[other] Event log
}
word-details = { $profile ->
    [advocate] Webhook Details
   *[other] Event details
}
word-attempts = { $profile ->
    [advocate] Subscription Details
   *[other] Attempts
}
word-id = { $profile ->
    [advocate] Webhook ID
   *[other] ID
}
word-date-created = { $profile ->
    [advocate] Date Created
   *[other] Created
}
word-data = { $profile ->
    [advocate] Event Data
   *[other] Payload
}
word-test = { $profile ->
    [eventinsight] Test webhook
   *[other] Send test
}
menu-deliveries = { $profile ->
    [apigee] Publish › Monetization
    [eventinsight] Settings › Integrations
   *[other] {""}
}
menu-plans = { $profile ->
    [apigee] Publish › Monetization
   *[other] Quotas
}
menu-catalogue = { $profile ->
    [apigee] Publish
   *[other] Quotas
}
menu-settings = { $profile ->
    [apigee] Admin
   *[other] Tools
}
