# What the rules ask of a field
rule-empty = non può restare vuoto
rule-bytes = può avere al massimo { $max } byte, questo ne ha { $length }; accorcialo
rule-characters = sono ammessi al massimo { $max } caratteri, qui ce ne sono { $length }; accorcialo
rule-control = contiene un carattere di controllo (a capo, tabulazione, NUL, …); toglilo
rule-control-lines = contiene un carattere di controllo diverso da a capo e tabulazione; toglilo
rule-slug = un nome breve ha da 1 a { $max } lettere minuscole, cifre e trattini e comincia con una lettera o una cifra, per esempio `acme-travel`
rule-id = un id ha da 1 a { $max } lettere, cifre, `_`, `.` e `-`, per esempio `location_adjustable`
rule-email = un indirizzo e-mail è come `ann@example.com` e ha al massimo { $max } byte
rule-language = una lingua è un codice come `it` o `pt-BR`
rule-colour = un colore è `#` seguito da sei cifre esadecimali, per esempio `#0b6e4f`
rule-kind = un genere è una sola parola da 1 a { $max } lettere, cifre, `_`, `-` e `.`, per esempio `account` o `conference`
rule-event-type = `{ $text }` non è un tipo di evento: scrivi lettere, cifre, `_` e `-` in parti unite da punti, per esempio `booking.created`
rule-pattern-all = `*` non è un modello: per tutti i tipi di evento lascia vuoto l’elenco
rule-pattern = `{ $text }` non è un modello: scrivi un tipo di evento come `booking.created`, oppure `booking.*` per tutti quelli che cominciano con `booking.`
rule-channel = `{ $text }` non è un canale: scrivilo senza spazi, per esempio `account:cool`
rule-reserved = `{ $name }` è un nome degli eventi di Bellwire, che nessun altro può inviare o definire; questi nomi sono riservati: { $names }
rule-not-in-catalogue = `{ $name }` non è nel catalogo dei tipi di evento, e questa organizzazione accetta solo quelli del catalogo; prima aggiungilo
rule-unknown-type = `{ $name }` non è nel catalogo dei tipi di evento; prima aggiungilo
rule-unknown-type-or-data = `{ $name }` non è nel catalogo dei tipi di evento; aggiungilo con un esempio, oppure invia `data`
rule-no-example = `{ $name }` nel catalogo non ha un esempio; aggiungilo, oppure invia `data`
rule-json = non è JSON: { $error }
rule-depth = ha più di { $max } livelli annidati
rule-schema-size = uno schema ha al massimo { $max } byte e { $levels } livelli annidati
rule-schema-object = non è uno schema JSON: uno schema è un oggetto JSON, per esempio { $example }
rule-schema = non è uno schema JSON: { $why }
rule-schema-of = non corrisponde allo schema di `{ $kind }`: { $message }
rule-example = l’esempio non corrisponde allo schema: { $message }
rule-example-size = un esempio ha al massimo { $max } byte e { $levels } livelli annidati
rule-place = { $message } (riga { $line }, colonna { $column })
rule-attempts = in tutto possono esserci da 1 a { $max } tentativi
rule-delay = un’attesa dura da 1 a { $max } secondi
rule-jitter = jitter_percent va da 0 a 100
rule-milliseconds = va da 1 a { $max } millisecondi
rule-rate = va da 1 a { $max } richieste al secondo
rule-rate-zero = con 0 richieste al secondo non verrebbe mai inviato nulla; sospendi il webhook per trattenere le consegne, oppure indica da 1 a { $max }
rule-at-once = va da 1 a { $max } richieste contemporanee
rule-same = è uguale a { $other }; indica ognuno una volta sola
rule-entries-all = sono ammesse al massimo { $max } voci, qui ce ne sono { $count }; per tutto lascia vuoto l’elenco
rule-direct-types = un webhook diretto riceve solo ciò che gli è indirizzato per id, quindi non ha tipi di evento; lascia vuoto l’elenco, oppure usa `direct: false` per ricevere per tipo di evento (alcuni profili rendono diretti i webhook se non si dice altro)
rule-name-required = il profilo `{ $name }` richiede un nome; indicane uno
rule-channel-required = il profilo `{ $name }` richiede almeno un canale, per esempio `account:cool`
rule-no-profile = non c’è nessun profilo `{ $name }`; i profili sono { $all }
rule-held = il profilo `{ $name }` non è configurato su questo server, quindi non si può inviare nulla e le consegne aspettano; configuralo di nuovo, oppure dai al webhook un altro profilo
rule-name-channels = indica i canali che deve ascoltare, tra i tuoi: { $yours }; senza, li ascolterebbe tutti
rule-not-yours = questo canale non è tuo; i tuoi sono { $yours }
rule-no-webhook = l’organizzazione non ha nessun webhook { $id }; nell’elenco dei webhook trovi i loro id
rule-webhook-twice = il webhook { $id } è indicato due volte
rule-twice = `{ $name }` è indicato due volte
rule-kept = se ne conservano al massimo { $max }, questi sono { $count }
rule-make-first = `{ $id }` non esiste ({ $noun }); crealo prima, oppure guarda l’elenco
rule-no-organization = questa organizzazione non esiste
rule-organization-twice = questa organizzazione è indicata due volte
rule-since = è nel futuro; da allora non è successo nulla
rule-until = deve essere dopo `since`
rule-status = è atteso uno stato come `503`, o una classe di stati come `5xx`
rule-status-or-cause = un tentativo ha uno stato oppure una causa; togli uno dei due
rule-job-webhook = indica il webhook, uno dei tuoi, le cui consegne vanno inviate di nuovo
rule-job-no-webhook = in questa organizzazione non c’è questo webhook; `bellwire webhook list` mostra quelli che ci sono
rule-job-states = indica `failed`, `cancelled` o entrambi, oppure nulla per `failed`
rule-job-state = in blocco si inviano di nuovo solo le consegne `failed` e `cancelled`
rule-job-rate = il ritmo va da 1 a { $max } consegne al secondo, questo è { $rate }
rule-inspector-status = un ispettore risponde con 200, 204, 410, 500 o 503
rule-inspector-delay = una risposta aspetta da 0 a { $max } secondi
rule-grace = i vecchi segreti possono continuare a firmare da 0 secondi a 30 giorni (2592000)
rule-secret-known = è già uno dei segreti del webhook; scegline uno nuovo
rule-token-end = { $end } è passato, o è tra più di dieci anni
rule-targets = una notifica ha da 1 a { $max } soglie, queste sono { $count }
rule-percentages = indicano più di { $max } percentuali; prendi un passo più grande
rule-webhooks = una notifica chiama da 1 a { $max } webhook, questi sono { $count }
rule-quota = un obiettivo è un numero intero da 0 a { $max }
rule-end = { $end } non è dopo l’inizio, { $start }
rule-months = { $number } non è un numero di mesi da 1 a { $max }
rule-years = { $time } non è tra gli anni 1970 e 2200

# What the form of a webhook, and other forms, ask themselves
form-seconds = è atteso un numero intero di secondi, da 0 a 10
form-no-job = così non esiste; scegli di nuovo che cosa inviare
form-choose-types = scegline almeno uno, oppure ricevi tutto
form-no-header = `{ $line }` non è un’intestazione; scrivila come `x-api-key: valore`
form-header-value = `{ $name }` prima non aveva un valore; scrivi quello che deve avere
form-no-number = `{ $text }` non è un numero intero
form-three-timeouts = indica tutti e tre i tempi massimi, o nessuno
form-burst = una raffica richiede un numero di richieste al secondo

# URLs
url-required = serve un URL; scrivilo come https://example.com/hook
url-blanks = un URL non ha spazi né caratteri di controllo; scrivi uno spazio come %20
url-beginning = un URL comincia con https:// o http://; scrivilo come https://example.com/hook
url-broken = non è un URL: { $error }; scrivilo come https://example.com/hook
url-scheme = gli URL `{ $scheme }` non si possono chiamare; comincia con https:// o http://
url-no-host = l’URL non indica nessun host; scrivilo come https://example.com/hook
url-password = nell’URL c’è un nome utente o una password, che finirebbe nei log; inviali in un’intestazione, per esempio `authorization`
url-fragment = ciò che segue `#` non viene mai inviato a un server; toglilo dall’URL
url-port = la porta 0 non si può chiamare; indicane un’altra, o nessuna
url-https-here = il profilo `{ $name }` richiede https; fai cominciare l’URL con https:// (http:// è ammesso solo per questa macchina: localhost, 127.0.0.0/8, ::1)
url-https = il profilo `{ $name }` richiede https; fai cominciare l’URL con https://
url-long = un URL ha al massimo { $max } byte, questo ne ha { $length }; accorcialo

# Headers of a webhook
header-count = sono ammesse al massimo { $max } intestazioni, qui ce ne sono { $count }
header-name = il nome di un’intestazione ha da 1 a { $max } lettere, cifre e trattini, per esempio `x-api-key`
header-twice = è indicata due volte (nei nomi delle intestazioni maiuscole e minuscole sono uguali); indica ognuna una volta sola
header-host = viene dall’URL; cambia invece l’URL
header-length = viene dal corpo di ogni richiesta; toglila
header-type = dipende dal formato del profilo; toglila
header-signature = fa parte della firma di ogni richiesta (Standard Webhooks); scegli un altro nome
header-connection = governa la connessione, che serve per molte richieste; toglila
header-proxy = le richieste partono senza un proxy che possa leggerla; scegli un altro nome
header-control = nel valore c’è un a capo, NUL o un altro carattere di controllo; toglilo
header-blanks = gli spazi attorno al valore di un’intestazione non arrivano al destinatario; toglili

# Secrets
secret-beginning = un segreto di firma comincia con `whsec_`
secret-base64 = dopo `whsec_` un segreto di firma è in base64, con l’alfabeto standard e i caratteri di riempimento
secret-length = un segreto di firma contiene da { $min } a { $max } byte, questo ne contiene { $length }

# Logos
logo-bytes = un logo ha al massimo { $max } byte (64 KiB), questo ne ha { $length }; salvalo più piccolo
logo-svg = un SVG può contenere script e non è accettato; esportalo come PNG, JPEG o WebP
logo-kind = non è un’immagine PNG, JPEG o WebP
logo-sides = ogni lato di un logo ha da { $min } a { $max } pixel, questo è { $width } per { $height }
logo-ratio = un lato di un logo è al massimo { $max } volte l’altro, questo è { $width } per { $height }

# Passwords
password-short = una password ha almeno { $min } caratteri, questa ne ha { $length }; poche parole insolite sono lunghe e facili da ricordare
password-not-yours = non è la tua password
password-weak = questa password è troppo facile da indovinare
password-because = { $weak }: { $why }
password-advice = { $weak }. { $advice }
weak-rows = le file di tasti si indovinano facilmente
weak-patterns = i disegni brevi sulla tastiera si indovinano facilmente
weak-repeats = le ripetizioni come `aaa` si indovinano facilmente
weak-repeated = le ripetizioni come `abcabcabc` sono poco più difficili di `abc`
weak-common = è una password molto comune
weak-similar = somiglia a una password comune
weak-sequences = le sequenze come `abc` o `6543` si indovinano facilmente
weak-years = gli anni recenti si indovinano facilmente
weak-word = una parola sola si indovina facilmente
weak-dates = le date spesso si indovinano facilmente
weak-names = i nomi si indovinano facilmente
better-words = Prendi qualche parola, e nessuna frase fatta
better-plain = Simboli, cifre e maiuscole non servono
better-more-words = Aggiungi una o due parole; meglio se insolite
better-capitals = Le maiuscole aiutano poco
better-all-capitals = Tutto maiuscolo è poco più difficile di tutto minuscolo
better-reversed = Le parole al contrario sono poco più difficili
better-substitutes = Scrivere `@` per `a` e simili aiuta poco
better-pattern = Prendi un disegno più lungo sulla tastiera, con più svolte
better-no-repeats = Non ripetere parole né lettere
better-no-sequences = Niente sequenze
better-no-recent-years = Niente anni recenti
better-no-years = Niente anni che hanno a che fare con te
better-no-dates = Niente date e anni che hanno a che fare con te

# Percentages of a target
target-unexpected = al carattere { $at }: atteso { $expected }, trovato { $found }; scrivi `%= 80`, `%= 80 to 120` o `%= 80 to 120 by 10`
target-number = al carattere { $at }: { $what } è un numero intero da 1 a { $max }
target-backwards = l’intervallo finisce al { $to } %, prima del suo inizio al { $from } %; invertili
target-count = sono { $count } percentuali; una notifica può indicarne al massimo { $max }: prendi un passo più grande
target-empty = l’elenco è vuoto; indica almeno una percentuale
target-percent = { $number } non è una percentuale: un numero intero da 1 a { $max }
target-a-percentage = una percentuale
target-to = `to` o la fine
target-the-last = l’ultima percentuale
target-by = `by` o la fine
target-the-step = il passo
target-the-end = la fine
target-whole = un numero intero

# Words within sentences
noun-developer = sviluppatore
noun-package = pacchetto
noun-rate-plan = piano tariffario
noun-developer-plan = piano tariffario di uno sviluppatore
noun-condition = notifica
is-pending = in attesa
is-delivered = consegnata
is-failed = non riuscita
is-cancelled = annullata
is-filtered = esclusa
is-held = sospesa
problem-more = { $first } (e altri { $count })
problem-field = `{ $field }`: { $message }

# Why a URL would not be called
form-url-barred = ora lì non arriverebbe nulla: { $why }
barred-address = { $ip } non è un indirizzo pubblico, e i webhook raggiungono solo indirizzi pubblici; chi gestisce il server può ammettere la sua rete con `delivery.allow_networks`
barred-name = { $host } porta a un indirizzo che non è pubblico, e i webhook raggiungono solo indirizzi pubblici; chi gestisce il server può ammettere la sua rete con `delivery.allow_networks`
barred-dns = il nome { $host } non esiste, non ha un indirizzo, o non è stato trovato proprio ora
barred-slow = il nome { $host } non è stato risolto in tempo
rule-one-of = è atteso uno tra `{ $names }`

# Links to the portal
rule-link-role = un link al portale dà `viewer` o `editor`
rule-link-channels = un link indica al massimo { $max } canali
rule-link-lasts = un link vale da 10 secondi a un giorno (86400)
rule-link-session = una sessione dura da un minuto (60) a una settimana (604800)
rule-link-origins = possono incorporare il portale al massimo { $max } origini
rule-link-origin = un’origine è lo schema, l’host ed eventualmente la porta di una pagina, come `https://app.example`; `http://` è solo per localhost

# What things are called
noun-webhook = webhook
noun-event = evento
noun-delivery = consegna
noun-attempt = tentativo
noun-link = link
noun-job = nuovo invio
noun-organization = organizzazione
noun-user = utente
noun-member = membro
noun-token = token
noun-session = sessione
noun-channel = canale
noun-inspector = ispettore
noun-request = richiesta
noun-application = applicazione
noun-product = prodotto
noun-event-type = tipo di evento
noun-identity-provider = provider di identità
