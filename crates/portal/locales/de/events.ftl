events-lead = Alles, was geschehen ist, und was daraus wurde.
events-search = Text in den Daten oder eine ID
events-live-on = Live
events-live-off = Live beenden
events-none = Noch keine Ereignisse
events-none-lead = Sobald etwas geschieht, steht es hier, an wen auch immer es geht.
events-not-found = Zu diesen Filtern passt kein Ereignis.
events-no-webhook = niemand hörte zu
events-searched = Durchsucht bis
filter-type = Typ
filter-all-types = Alle Typen
filter-period = Zeitraum
filter-all-time = Gesamter Zeitraum
filter-state = Zustand
filter-all-states = Alle Zustände
filter-all-webhooks = Alle
period-day = Letzte 24 Stunden
period-week = Letzte 7 Tage
period-month = Letzte 30 Tage
column-type = Typ
column-deliveries = Zustellungen
column-created = Erstellt
column-updated = Zuletzt geändert
event-test = Test
event-test-hint = Von jemandem gesendet, um einen Webhook zu prüfen.
event-facts = Zu diesem Ereignis
event-resend = Erneut senden
event-resend-all = An alle erneut senden
event-no-delivery = Es ging nirgendwohin
event-no-delivery-lead = Als es geschah, hörte niemand darauf. Warum, steht darunter.
event-not-sent = Nicht gesendet an
event-webhook-gone = Entfernt
event-data-removed = Die Nutzdaten wurden entfernt: sie sind älter, als sie aufbewahrt werden.
fact-happened = Geschehen
fact-external-id = Ihre eigene ID
delivery-first = Wartet auf den ersten Versuch:
delivery-pending = { $count ->
    [one] Ein Versuch schlug fehl; der nächste folgt
   *[other] { $count } Versuche schlugen fehl; der nächste folgt
}
delivery-delivered = { $count ->
    [one] Beim ersten Versuch angekommen.
   *[other] Beim { $count }. Versuch angekommen.
}
delivery-failed = { $count ->
    [one] Der Versuch schlug fehl, und es folgt keiner mehr.
   *[other] Alle { $count } Versuche schlugen fehl, und es folgt keiner mehr.
}
delivery-held = Wird aufbewahrt, solange angehalten ist, und gesendet, sobald Sie fortsetzen.
delivery-filtered = Von einem Filter ausgelassen.
delivery-disabled = Abgebrochen: vor der Zustellung ausgeschaltet.
delivery-deleted = Abgebrochen: vor der Zustellung entfernt.
delivery-cancelled = Von Hand abgebrochen.
attempt-title = Versuch { $number }
attempt-timed-out = Zeit abgelaufen
attempt-exchange = Anfrage und Antwort
attempt-curl = Als curl-Befehl
attempt-body = Gesendeten Inhalt anzeigen
timing-label = insgesamt { $total }
step-dns = DNS
step-connect = Verbindung
step-tls = TLS
step-first-byte = Erstes Byte
step-rest = Rest
events-again = Diese erneut senden …
events-by-id = Über die ID gefunden.
events-as-text = Stattdessen in den Nutzdaten suchen
filter-all-answers = Alle Antworten
state-retry = wartet auf Wiederholung
views = Ansichten
views-own = Eigene Ansichten
view-all = Alles
view-failed = Heute fehlgeschlagen
view-retry = Warten auf Wiederholung
view-held = Angehalten
view-tests = Tests
view-keep = Diese Ansicht behalten
view-name = Ihr Name
view-forget = Vergessen:
done-view-kept = In diesem Browser gemerkt.
done-view-forgotten = Vergessen.
done-views-full = Für eine weitere Ansicht ist kein Platz. Vergessen Sie zuerst eine.
pick-which = Welchen Eintrag meinen Sie?
pick-placeholder = Name, URL oder ID
event-all-deliveries = Alle Empfänger anzeigen
attempt-next = Versuch { $number } folgt
delivery-cancel = Zustellung abbrechen
delivery-cancel-title = Diese Zustellung abbrechen?
delivery-cancel-lead = „{ $name }“ erhält dieses Ereignis nicht mehr. Eine laufende Anfrage lässt sich nicht zurückholen.
done-cancelled = Abgebrochen. Es wird nichts mehr gesendet.
done-not-pending = Es stand nichts mehr aus: nichts wurde abgebrochen.
cut-first = Die ersten { $count } von { $total }
cut-part = { $from } bis { $to } von { $total }
cut-before = Zurück
cut-after = Weitere anzeigen
