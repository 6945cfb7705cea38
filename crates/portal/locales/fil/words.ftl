# Ang tawag sa mga bagay sa mga page ng isang organisasyon. Ang profile nito ang nagpapasya, at ang
# file na ito lamang ang nakakaalam.

word-webhooks = { $profile ->
    [advocate] Mga Webhook Subscription
    [eventinsight] Mga Coupling
   *[other] Mga Webhook
}
word-webhooks-menu = { $profile ->
    [eventinsight] Mga Coupling
   *[other] Mga Webhook
}
word-webhook = { $profile ->
    [advocate] Subscription
    [eventinsight] Coupling
   *[other] Webhook
}
word-create = { $profile ->
    [advocate] Gumawa ng Subscription
    [eventinsight] Bagong Webhook
    [wink] Gumawa ng bagong webhook
    [apigee] + Webhook
   *[other] Gumawa ng webhook
}
word-create-title = { $profile ->
    [apigee] Magdagdag ng webhook
   *[other] { word-create }
}
word-update-title = { $profile ->
    [advocate] I-update ang subscription
    [eventinsight] I-update ang coupling
    [apigee] I-update ang Webhook
   *[other] I-update ang webhook
}
word-remove-title = { $profile ->
    [advocate] Alisin ang subscription na ito?
    [eventinsight] Alisin ang coupling na ito?
    [apigee] Burahin ang webhook na ito?
   *[other] Alisin ang webhook na ito?
}
word-save-update = { $profile ->
    [apigee] I-update ang Webhook
   *[other] I-save
}
action-update = { $profile ->
    [apigee] I-edit
   *[other] I-update
}
action-remove = { $profile ->
    [apigee] Burahin
   *[other] Alisin
}
word-name = { $profile ->
    [advocate] Subscription
    [eventinsight] Coupling
   *[other] Webhook
}
word-form-name = { $profile ->
    [advocate] Pangalan ng Webhook
   *[other] Pangalan
}
word-url = { $profile ->
    [advocate] URL na padadalhan
    [wink] URL ng webhook
   *[other] URL ng endpoint
}
word-active = { $profile ->
    [wink] Naka-enable
   *[other] Aktibo
}
word-events = { $profile ->
    [advocate] Mga uri
    [eventinsight] Mga trigger
   *[other] Mga event
}
word-channels = { $profile ->
    [eventinsight] Mga kumperensiya
    [wink] Account
   *[other] Mga channel
}
word-channels-hint = { $profile ->
    [eventinsight] Ang mga kumperensiyang ito lamang. Kung walang pinili, lahat.
    [wink] Ang account na ang mga event ay gusto mong matanggap.
   *[other] Tungkol lamang sa mga ito. Kung walang pinili, lahat.
}
word-view-log = { $profile ->
    [advocate] Tingnan ang log
   *[other] Log ng mga event
}
word-log = { $profile ->
    [advocate] Log ng mga event ng webhook
   *[other] Log ng mga event
}
word-log-menu = { $profile ->
    [eventinsight] Log
   *[other] Log ng mga event
}
word-details = { $profile ->
    [advocate] Mga detalye ng webhook
   *[other] Mga detalye ng event
}
word-attempts = { $profile ->
    [advocate] Mga detalye ng subscription
   *[other] Mga pagsubok
}
word-id = { $profile ->
    [advocate] Webhook ID
   *[other] ID
}
word-date-created = { $profile ->
    [advocate] Petsa ng paggawa
   *[other] Ginawa
}
word-data = { $profile ->
    [advocate] Data ng event
   *[other] Nilalaman
}
word-test = { $profile ->
    [eventinsight] Subukan ang webhook
   *[other] Magpadala ng test
}
menu-deliveries = { $profile ->
    [apigee] I-publish › Monetization
    [eventinsight] Settings › Integrations
   *[other] {""}
}
menu-plans = { $profile ->
    [apigee] I-publish › Monetization
   *[other] Mga quota
}
menu-catalogue = { $profile ->
    [apigee] I-publish
   *[other] Mga quota
}
menu-settings = { $profile ->
    [apigee] Admin
   *[other] Mga tool
}
