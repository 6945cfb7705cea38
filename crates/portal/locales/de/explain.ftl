# Why a webhook gets an event, or does not
match-all = Hört auf alle Ereignistypen.
match-type = Hört auf `{ $name }`.
match-addressed = Das Ereignis war hierher gerichtet.
match-deleted = Entfernt am { $at }.
match-disabled = Ausgeschaltet. { $why }
match-was-disabled = War damals ausgeschaltet.
match-condition = Empfängt nur, was hierher gerichtet ist: Keine Benachrichtigung zu diesem Prozentwert nennt diesen Webhook, oder er war ausgeschaltet, als der Wert erreicht wurde.
match-direct = Empfängt nur Ereignisse, die hierher gerichtet sind, und dieses war es nicht.
match-own = Hört auf alle Ereignistypen außer Bellwires eigenen; `{ $name }` ist einer davon und muss genannt werden.
match-other-type = Hört auf { $types }, und das Ereignis ist ein `{ $name }`.
match-no-channel = Hört auf { $own }, und das Ereignis ist auf keinem Kanal.
match-other-channel = Hört auf { $own }, und das Ereignis ist auf { $channels }.
match-more = { $first } und { $count } weitere
disabled-by-hand = Von Hand ausgeschaltet.
disabled-errors = Automatisch ausgeschaltet: Der Endpunkt antwortete { $count }-mal mit { $class }, ohne einen Erfolg dazwischen.
disabled-failing = Automatisch ausgeschaltet: Seit { $since } ist jeder Versuch fehlgeschlagen.
disabled-gone = Automatisch ausgeschaltet: Der Endpunkt antwortete { $status } und sagt damit, dass es ihn nicht mehr gibt.
explain-paused = Angehalten seit { $at }: Die Zustellung würde warten, bis es weitergeht.
explain-sent = Das Ereignis wurde hierher gesendet; die Zustellung vom { $at } ist { $state }.
explain-changed = { $why } Geändert am { $at }, nach dem Ereignis: Als es kam, war vielleicht anderes eingestellt.
explain-test = Das Ereignis ist ein Test eines anderen Webhooks.
explain-younger = Würde passen, wurde aber am { $at } angelegt, nach dem Ereignis.
explain-now = Passt, so wie es jetzt eingestellt ist; geändert am { $at }, und als das Ereignis kam, passte es nicht.

# Bellwire's own events
own-disabled = Bellwire meldet: Ein Webhook wurde ausgeschaltet, durch eine Schwelle seines Profils oder von Hand. Ausstehendes ist abgebrochen.
own-failing = Bellwire meldet: Die Versuche eines Webhooks sind mehrmals hintereinander fehlgeschlagen. Einmal gemeldet, und wieder erst nach einer Erholung.
own-recovered = Bellwire meldet: Ein Webhook, der als fehlschlagend gemeldet war, hat wieder mit Erfolg geantwortet.
own-exhausted = Bellwire meldet: Eine Zustellung ist endgültig fehlgeschlagen, weil ihr Profil keinen weiteren Versuch erlaubt.
own-usage = Bellwire meldet: Was ein Entwickler von einem Tarif genutzt hat, hat einen Prozentwert seines Kontingents erreicht, bei dem eine Benachrichtigung Webhooks aufruft. Einmal je Prozentwert in jedem Zeitraum.

# What profiles do
profile-advocate = Inhalt {"{"}id, type, tenantAlias, live, created, data{"}"}; nur 200 ist ein Erfolg; jede Stunde ein neuer Versuch, 72 insgesamt.
profile-apigee = Nur die Daten als Inhalt; jedes 2xx ist ein Erfolg; bei 5xx und ohne Antwort vier Versuche im Abstand von fünf Minuten.
profile-eventinsight = Inhalt {"{"}entity_id, entity_type, action_type, result{"}"}; ein Versuch, wenn der Webhook nicht mehr verlangt.
profile-standard = Inhalt {"{"}type, timestamp, data{"}"}; jedes 2xx ist ein Erfolg; neue Versuche über etwa drei Tage.
profile-wink = Inhalt {"{"}id, type, createdDate, ownerIdentifier, data{"}"}; nur 200 ist ein Erfolg; neue Versuche über etwa drei Tage.
