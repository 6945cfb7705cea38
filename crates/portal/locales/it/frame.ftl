skip = Vai al contenuto
menu = Menu
organization = Organizzazione
preference-language = Lingua
preference-theme = Aspetto
theme-auto = Come il sistema
theme-light = Chiaro
theme-dark = Scuro
sign-out = Esci
menu-overview = Panoramica
menu-failures = Errori
menu-rate-plans = Piani tariffari
menu-packages = Pacchetti
menu-event-types = Tipi di evento
menu-inspector = Ispettore
menu-top = {""}
menu-tools = Strumenti
search = Cerca
filter = Applica
save = Salva
cancel = Annulla
ok = OK
copy = Copia
copied = Copiato
optional = facoltativo
actions = Azioni
settings = Impostazioni
request = Richiesta
response = Risposta
response-body = Corpo della risposta
never = —
nothing-found = Nessun risultato
show-all = Mostra tutto
page-next = Pagina successiva
page-older = Eventi precedenti

time-now = adesso
time-seconds-ago = { $count ->
    [one] { $count } secondo fa
   *[other] { $count } secondi fa
}
time-minutes-ago = { $count ->
    [one] { $count } minuto fa
   *[other] { $count } minuti fa
}
time-hours-ago = { $count ->
    [one] { $count } ora fa
   *[other] { $count } ore fa
}
time-days-ago = { $count ->
    [one] { $count } giorno fa
   *[other] { $count } giorni fa
}
time-in-seconds = { $count ->
    [one] tra { $count } secondo
   *[other] tra { $count } secondi
}
time-in-minutes = { $count ->
    [one] tra { $count } minuto
   *[other] tra { $count } minuti
}
time-in-hours = { $count ->
    [one] tra { $count } ora
   *[other] tra { $count } ore
}
time-in-days = { $count ->
    [one] tra { $count } giorno
   *[other] tra { $count } giorni
}

state-pending = in attesa
state-delivered = consegnato
state-failed = non riuscito
state-cancelled = annullato
state-filtered = escluso
state-held = sospeso

cause-guard = Indirizzo non ammesso
cause-dns = Nome non trovato
cause-refused = Connessione rifiutata
cause-unreachable = Irraggiungibile
cause-connect-timeout = Connessione scaduta
cause-tls = TLS non riuscito
cause-first-byte-timeout = Nessuna risposta in tempo
cause-total-timeout = Troppo lento
cause-reset = Connessione interrotta
cause-malformed = Non è HTTP
cause-envelope = Corpo non creato

error-not-found = Qui non c'è nulla
error-signed-out = Non hai effettuato l'accesso
error-forbidden = Non puoi farlo
error-conflict = Adesso non è possibile
error-gone = Non funziona più
error-too-many = Troppi tentativi
error-ours = Qualcosa è andato storto da parte nostra
error-no-sign-in = Ora non puoi accedere
error-not-signed-in = Non hai fatto l’accesso
error-request = Non abbiamo capito la richiesta
error-home = Torna all'inizio
error-failed = Non ha funzionato. Ricarica la pagina e riprova.
nowhere-operator = Non c’è ancora nessuna organizzazione. Crea la prima: tutto appartiene a una.
