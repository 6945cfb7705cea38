webhook-day = Ultime 24 ore
webhook-last = Ultime 10 richieste
webhook-last-none = Non è stato inviato ancora nulla. Invia una prova per vedere come risponde il tuo endpoint.
number-rate = Riuscite
number-mean = Durata media
health-fine = Arriva tutto. Ultima richiesta: { $last }.
health-new = Pronto. Non è stato inviato ancora nulla.
health-failing = { $count ->
    [one] L'ultima richiesta non è riuscita: { $since }.
   *[other] Le ultime { $count } richieste non sono riuscite, la prima { $since }.
}
health-paused = Sospeso da { $by }, { $since }. Gli eventi vengono conservati e inviati quando riprendi.
health-waiting = Il suo profilo non è configurato su questo server, perciò le consegne attendono.
health-manual = Disattivato { $since }. Non viene inviato nulla.
health-too-many = Disattivato automaticamente { $since }, dopo { $count } risposte { $class } senza un successo. Sistema l'endpoint, poi attivalo di nuovo.
health-gave-up = Disattivato automaticamente { $since }. Il primo errore è di { $first }, e da allora non è arrivato nulla. Sistema l'endpoint, poi attivalo di nuovo.
health-status = Disattivato automaticamente { $since }: l'endpoint ha risposto { $status }, cioè non esiste più.
channels-all = tutti
fact-created = Creato
fact-updated = Ultima modifica
secret = Segreto di firma
secret-hint = Il tuo ricevitore lo usa per verificare che una richiesta venga da qui. Non condividerlo: chi lo guarda viene annotato nel registro delle modifiche.
secret-show = Mostra
secret-current = Firma ogni richiesta.
secret-leaving = Il precedente; firma ancora e termina { $until }.
test-hint = Una richiesta, inviata subito, anche se spento o sospeso. La risposta appare qui.
test-type = Tipo di evento
test-default = Evento di prova
test-busy = In attesa della risposta …
test-arrived = Arrivata in { $took }. Il tuo endpoint funziona.
test-failed = Non è arrivata, dopo { $took }.
test-refused = Non inviata
test-waits = Ancora nessuna risposta. La troverai nel registro.
test-details = Vedi l'intera richiesta
webhook-failures = Che cosa non riesce, e perché
