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
events-again = Invia di nuovo questi…
events-by-id = Trovato con il suo ID.
events-as-text = Cercalo invece nei contenuti
filter-all-answers = Tutte le risposte
state-retry = in attesa di un nuovo tentativo
views = Viste
views-own = Le tue viste
view-all = Tutto
view-failed = Non riusciti oggi
view-retry = Da ritentare
view-held = Sospesi
view-tests = Prove
view-keep = Conserva questa vista
view-name = Il suo nome
view-forget = Dimentica
done-view-kept = Conservata in questo browser.
done-view-forgotten = Dimenticata.
done-views-full = Non c'è posto per un'altra vista. Prima dimenticane una.
pick-which = Quale intendi?
pick-placeholder = Nome, URL o ID
event-all-deliveries = Mostra tutti i destinatari
attempt-next = Segue il tentativo { $number }
delivery-cancel = Annulla consegna
delivery-cancel-title = Annullare questa consegna?
delivery-cancel-lead = «{ $name }» non riceverà più questo evento. Una richiesta già in corso non si può richiamare.
done-cancelled = Annullata. Non viene inviato altro.
done-not-pending = Non era più in attesa: non è stato annullato nulla.
cut-first = I primi { $count } di { $total }
cut-part = Da { $from } a { $to } di { $total }
cut-before = Indietro
cut-after = Mostra altri
