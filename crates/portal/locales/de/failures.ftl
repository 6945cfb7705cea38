failures-lead = Was nicht ankommt, warum, und was zu tun ist.
failures-none = Keine Fehler
failures-none-lead = In dieser Zeit ist keine einzige Anfrage fehlgeschlagen.
failures-sum = { $count ->
    [one] Eine fehlgeschlagene Anfrage
   *[other] { $said } fehlgeschlagene Anfragen
} { $groups ->
    [one] mit einer Ursache.
   *[other] mit { $groups } Ursachen.
}
failures-more = Nicht alle sind gezeigt: { $said } weitere gibt es noch. Wählen Sie einen kürzeren Zeitraum.
failures-only = Nur
failures-sort = Reihenfolge
failures-sort-last = Neueste zuerst
failures-sort-count = Häufigste zuerst
failures-times = fehlgeschlagene Anfragen
failures-trend = { $count ->
    [one] Eine fehlgeschlagene Anfrage in { $steps } Zeitabschnitten
   *[other] { $said } fehlgeschlagene Anfragen in { $steps } Zeitabschnitten
}
failures-first = Zuerst
failures-last = Zuletzt
failures-outcome = Ausgang
failures-lost-none = keine Zustellung aufgegeben
failures-lost = { $count ->
    [one] eine Zustellung aufgegeben
   *[other] { $said } Zustellungen aufgegeben
}
failures-example = Beispiel ansehen
failures-retry = Erneut senden …
