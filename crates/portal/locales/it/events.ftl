events-lead = Tutto ciò che è successo, e che fine ha fatto.
events-search = Testo nel contenuto, o un ID
events-live-on = Dal vivo
events-live-off = Ferma
events-none = Ancora nessun evento
events-none-lead = Appena succede qualcosa appare qui, a chiunque venga inviato.
events-not-found = Nessun evento corrisponde a questi filtri.
events-no-webhook = nessuno in ascolto
events-searched = Cercato fino a
filter-type = Tipo
filter-all-types = Tutti i tipi
filter-period = Periodo
filter-all-time = Sempre
filter-state = Stato
filter-all-states = Tutti gli stati
filter-all-webhooks = Tutti
period-day = Ultime 24 ore
period-week = Ultimi 7 giorni
period-month = Ultimi 30 giorni
column-type = Tipo
column-deliveries = Consegne
column-created = Creato
column-updated = Ultimo aggiornamento
event-test = prova
event-test-hint = Inviato da qualcuno per provare un webhook.
event-facts = Su questo evento
event-resend = Invia di nuovo
event-resend-all = Invia di nuovo a tutti
event-no-delivery = Non è andato da nessuna parte
event-no-delivery-lead = Quando è successo nessuno era in ascolto. Il motivo è qui sotto.
event-not-sent = Non inviato a
event-webhook-gone = Rimosso
event-data-removed = Il contenuto è stato rimosso: è più vecchio di quanto venga conservato.
fact-happened = Avvenuto
fact-external-id = Il tuo ID
delivery-first = In attesa del primo tentativo:
delivery-pending = { $count ->
    [one] Un tentativo non è riuscito; il prossimo
   *[other] { $count } tentativi non sono riusciti; il prossimo
}
delivery-delivered = { $count ->
    [one] Arrivato al primo tentativo.
   *[other] Arrivato al tentativo { $count }.
}
delivery-failed = { $count ->
    [one] Il tentativo non è riuscito e non ne seguono altri.
   *[other] Nessuno dei { $count } tentativi è riuscito e non ne seguono altri.
}
delivery-held = Conservato durante la sospensione; parte quando riprendi.
delivery-filtered = Escluso da un filtro.
delivery-disabled = Annullato: disattivato prima della consegna.
delivery-deleted = Annullato: rimosso prima della consegna.
delivery-cancelled = Annullato a mano.
attempt-title = Tentativo { $number }
attempt-timed-out = tempo scaduto
attempt-exchange = Richiesta e risposta
attempt-curl = Come comando curl
attempt-body = Mostra il corpo inviato
timing-label = { $total } in tutto
step-dns = DNS
step-connect = Connessione
step-tls = TLS
step-first-byte = Primo byte
step-rest = Resto
