failures-lead = Che cosa non arriva, perché, e che cosa fare.
failures-none = Nessun errore
failures-none-lead = In questo periodo non è fallita nemmeno una richiesta.
failures-sum = { $count ->
    [one] Una richiesta non riuscita
   *[other] { $said } richieste non riuscite
} { $groups ->
    [one] per una sola causa.
   *[other] per { $groups } cause.
}
failures-more = Non sono mostrati tutti: altri { $said }. Scegli un periodo più breve.
failures-only = Solo
failures-sort = Ordine
failures-sort-last = Prima i più recenti
failures-sort-count = Prima i più frequenti
failures-times = richieste non riuscite
failures-trend = { $count ->
    [one] Una richiesta non riuscita, in { $steps } intervalli
   *[other] { $said } richieste non riuscite, in { $steps } intervalli
}
failures-first = Prima
failures-last = Ultima
failures-outcome = Esito
failures-lost-none = nessuna consegna abbandonata
failures-lost = { $count ->
    [one] una consegna abbandonata
   *[other] { $said } consegne abbandonate
}
failures-example = Vedi un esempio
failures-retry = Invia di nuovo…
