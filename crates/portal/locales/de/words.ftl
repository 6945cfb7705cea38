# Wie die Seiten einer Organisation die Dinge nennen. Das bestimmt ihr Profil, und nur diese Datei
# weiß davon.

word-webhooks = { $profile ->
    [advocate] Webhook-Abonnements
    [eventinsight] Kopplungen
   *[other] Webhooks
}
word-webhooks-menu = { $profile ->
    [eventinsight] Kopplungen
   *[other] Webhooks
}
word-webhook = { $profile ->
    [advocate] Abonnement
    [eventinsight] Kopplung
   *[other] Webhook
}
word-create = { $profile ->
    [advocate] Abonnement anlegen
    [eventinsight] Neuer Webhook
    [wink] Neuen Webhook anlegen
    [apigee] + Webhook
   *[other] Webhook anlegen
}
word-create-title = { $profile ->
    [apigee] Webhook hinzufügen
   *[other] { word-create }
}
word-update-title = { $profile ->
    [advocate] Abonnement bearbeiten
    [eventinsight] Kopplung bearbeiten
    [apigee] Webhook aktualisieren
   *[other] Webhook bearbeiten
}
word-remove-title = { $profile ->
    [advocate] Dieses Abonnement entfernen?
    [eventinsight] Diese Kopplung entfernen?
    [apigee] Diesen Webhook löschen?
   *[other] Diesen Webhook entfernen?
}
word-save-update = { $profile ->
    [apigee] Webhook aktualisieren
   *[other] Speichern
}
action-update = Bearbeiten
action-remove = { $profile ->
    [apigee] Löschen
   *[other] Entfernen
}
word-name = { $profile ->
    [advocate] Abonnement
    [eventinsight] Kopplung
   *[other] Webhook
}
word-form-name = { $profile ->
    [advocate] Name des Webhooks
   *[other] Name
}
word-url = { $profile ->
    [advocate] Ziel-URL
    [wink] Webhook-URL
   *[other] Endpunkt-URL
}
word-active = { $profile ->
    [eventinsight] Ist aktiv
    [wink] Eingeschaltet
   *[other] Aktiv
}
word-events = { $profile ->
    [advocate] Typen
    [eventinsight] Auslöser
   *[other] Ereignisse
}
word-channels = { $profile ->
    [eventinsight] Veranstaltungen
    [wink] Konto
   *[other] Kanäle
}
word-channels-hint = { $profile ->
    [eventinsight] Nur diese Veranstaltungen. Ohne Auswahl gelten alle.
    [wink] Das Konto, dessen Ereignisse Sie erhalten möchten.
   *[other] Nur was diese betrifft. Ohne Auswahl gilt alles.
}
word-view-log = { $profile ->
    [advocate] Protokoll ansehen
   *[other] Protokoll
}
word-log = { $profile ->
    [advocate] Webhook-Protokoll
   *[other] Ereignisprotokoll
}
word-log-menu = { $profile ->
    [advocate] Protokoll
   *[other] Protokoll
}
word-details = { $profile ->
    [advocate] Webhook-Details
   *[other] Details zum Ereignis
}
word-attempts = { $profile ->
    [advocate] Details zum Abonnement
   *[other] Zustellversuche
}
word-id = { $profile ->
    [advocate] Webhook-ID
   *[other] ID
}
word-date-created = { $profile ->
    [advocate] Erstellt am
   *[other] Erstellt
}
word-data = { $profile ->
    [advocate] Ereignisdaten
   *[other] Nutzdaten
}
word-test = { $profile ->
    [eventinsight] Webhook testen
   *[other] Test senden
}
menu-deliveries = { $profile ->
    [apigee] Veröffentlichen › Monetarisierung
    [eventinsight] Einstellungen › Integrationen
   *[other] {""}
}
menu-plans = { $profile ->
    [apigee] Veröffentlichen › Monetarisierung
   *[other] Kontingente
}
menu-catalogue = { $profile ->
    [apigee] Veröffentlichen
   *[other] Kontingente
}
menu-settings = { $profile ->
    [apigee] Verwaltung
   *[other] Werkzeuge
}
