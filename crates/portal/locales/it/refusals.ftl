# Why something is not done
problem-not-found = { $noun ->
    [webhook] Questo webhook non esiste, o non esiste più.
    [event] Questo evento non esiste, o non esiste più.
    [delivery] Questa consegna non esiste, o non esiste più.
    [link] Questo link non esiste, o non esiste più.
    [job] Questo invio non esiste, o non esiste più.
    [organization] Questa organizzazione non esiste, o non esiste più.
   *[other] Non esiste, o non esiste più.
}
problem-bug = Un errore del programma ha fermato questa richiesta; nel log c’è il suo id.
taken-url = il webhook { $id } ha già questo URL, e il suo profilo ammette un solo webhook per URL; modifica quello, oppure scegli un altro URL
taken-channel = il canale `{ $key }` esiste già; modifica quello, oppure scegli un’altra chiave
taken-event-type = `{ $name }` è già in questo catalogo; modifica quella voce, oppure scegli un altro nome
taken-member = `{ $email }` è già membro; cambiane invece il ruolo
taken-organization = l’organizzazione `{ $slug }` esiste già; scegli un altro slug, oppure modifica quella
taken-id = `{ $id }` esiste già ({ $noun }); modifica quello, oppure usa un altro id
taken-email = l’utente `{ $email }` esiste già; modifica quello
refused-taken = { $what } è già in uso
refused-payload-removed = i dati dell’evento sono stati rimossi, perché più vecchi di `retention.payloads`; ciò che non c’è più non si può inviare di nuovo
refused-event-size = { $field }: { $bytes } byte sono più dei { $max } byte che un evento può avere; per il resto invia un link
refused-own-type = { $reserved }; ciò che il catalogo ne dice fa parte del programma
refused-platform-type = `{ $name }` è nel catalogo della piattaforma, che solo chi gestisce la piattaforma modifica; crea una voce con lo stesso nome nel catalogo dell’organizzazione, e lì vale quella
refused-inspectors = hai già { $alike } ispettori, oppure ce ne sono { $all } nell’organizzazione; rimuovine uno, o usalo di nuovo
refused-no-pause = non c’è nulla da mettere in pausa
refused-no-resume = attivalo invece; nulla è in sospeso
refused-not-paused = il webhook non è in pausa, e di ciò che una pausa ha trattenuto non resta nulla; non c’è nulla da riprendere
refused-disabled = il webhook è disattivato: non gli viene inviato nulla, e ciò che era in attesa è annullato; { $then }
refused-enable-first = il webhook è disattivato; prima attivalo
refused-deleted = il webhook è stato rimosso e non riceve più nulla
refused-settled = la consegna non è più in attesa; è { $state }
refused-no-webhook = l’evento non è andato a nessun webhook attivo ora; indica a quale inviarlo, oppure attivane uno
refused-only-secret = firma un solo segreto, e resta; ruotalo per averne un altro
refused-secrets = firmano già { $max } segreti; aspetta che uno finisca, oppure ruota con un periodo di 0, che li termina tutti
refused-pending = il webhook ha consegne in attesa; aspetta che siano concluse, oppure rimuovilo comunque, e saranno annullate
refused-changed = nel frattempo { $by } ha modificato il webhook, alla revisione { $revision }; guardalo e modificalo di nuovo
refused-job-overlap = l’invio { $id } riguarda le stesse consegne e non è terminato; aspetta che finisca, oppure prima terminalo
refused-job-overlap-other = un altro invio, non tuo, riguarda le stesse consegne e non è terminato; aspetta che finisca
refused-job-finished = l’invio è terminato e non cambia più; iniziane un altro
refused-job-cancelled = l’invio è stato annullato e non cambia più; iniziane un altro
refused-job-stopped = l’invio si è fermato e non cambia più; iniziane un altro
refused-conditions = il piano tariffario `{ $plan }` ha { $max } notifiche e non può averne altre; modificane una
refused-percentages = le notifiche del piano tariffario `{ $plan }` indicherebbero insieme { $values } percentuali, e possono indicarne { $max }; prendi un passo più grande
refused-start = l’uso è già stato contato in periodi da { $start } in poi, quindi l’inizio resta; termina questo piano e creane un altro
refused-package = il pacchetto `{ $id }` ha piani tariffari; rimuovi prima quelli
refused-months = degli sviluppatori hanno acquistato `{ $id }`, e il loro uso si conta in periodi di { $months } mesi; per periodi di { $wanted } (da 1 a { $max }) crea un altro piano tariffario
refused-plan = degli sviluppatori hanno acquistato il piano tariffario `{ $id }`; rimuovi prima i loro piani
refused-overlap = lo sviluppatore ha già questo piano tariffario da { $start } a { $end }, come { $id }; prima termina quello, oppure scegli un altro periodo
refused-overlap-open = lo sviluppatore ha già questo piano tariffario da { $start } in poi, come { $id }; prima termina quello, oppure scegli un altro periodo
refused-children = qualcosa gli appartiene ancora ({ $noun }: { $children }); rimuovi prima quello
refused-last-operator = è l’ultimo operatore che può accedere; prima rendi operatore qualcun altro

# Signing in
refused-busy = in questo momento accedono in troppi; riprova tra qualche secondo
refused-tries = troppi tentativi di accesso; il prossimo sarà preso in considerazione tra { $seconds } secondi
refused-password = l’indirizzo e-mail o la password non è giusta
refused-no-password = solo un utente che ha fatto l’accesso ha una password da cambiare
refused-user = questo utente non può accedere
refused-user-disabled = questo utente non può accedere; prima abilitalo
refused-user-changed = questo utente è stato modificato proprio ora; accedi di nuovo
refused-set-up = c’è già un operatore; chiedigli un utente
refused-link-used = questo link è già stato usato, e vale una volta sola; chiedine uno nuovo
refused-link-expired = questo link è scaduto; chiedine uno nuovo
refused-link-revoked = questo link è stato revocato; chiedine uno nuovo
oidc-no-code = il provider di identità non ha inviato un codice
oidc-not-begun = in questo browser non c’è nessun accesso in corso: ha impiegato più di dieci minuti, è cominciato altrove o è già concluso; ricomincia
oidc-other = la risposta appartiene a un accesso diverso dall’ultimo cominciato in questo browser; ricomincia
oidc-slow = questo accesso ha impiegato più di dieci minuti; ricomincia
oidc-denied = tu, o una sua regola, avete detto di no
oidc-signed-out = lì non hai fatto l’accesso
oidc-consent = non gli hai permesso di dire chi sei
oidc-later = ora non può rispondere; riprova più tardi
oidc-registration = Bellwire non è registrato lì per ciò che chiede; dillo a chi lo gestisce
oidc-other-reason = dà un motivo che Bellwire non conosce; è nel log
oidc-refuses = il provider di identità rifiuta: { $why }
oidc-unreachable = il provider di identità non risponde: { $why }; riprova più tardi
oidc-misconfigured = l’accesso non è configurato bene: { $why }; dillo a chi gestisce Bellwire
oidc-untrusted = la risposta del provider di identità non è attendibile: { $why }
oidc-again = questa risposta del provider di identità è già stata usata, e vale una volta sola; ricomincia
oidc-nobody = qui nessuno ha l’indirizzo e-mail { $email }; chiedi a un operatore di creare un utente
oidc-not-linked = l’utente { $email } esiste già, e questo server non riconosce nessuno dall’indirizzo e-mail; chiedi a un operatore
oidc-other-account = l’utente { $email } appartiene a un altro account di un provider di identità; chiedi a un operatore
oidc-odd-user = il provider di identità dice ciò che nessun utente può avere: { $error }
oidc-barred = l’utente { $email } non può accedere; chiedi a un operatore
oidc-no-email = il provider di identità non dice il tuo indirizzo e-mail; chiedi a chi lo gestisce di dare a Bellwire lo scope `email`
oidc-unverified = il provider di identità non ha verificato che { $email } sia il tuo indirizzo e-mail; verificalo lì, poi ricomincia
oidc-verified-unknown = il provider di identità non dice se ha verificato che { $email } sia il tuo indirizzo e-mail; chiedi a chi lo gestisce di inviare `email_verified`

# What the pages refuse
page-nowhere = Non fai ancora parte di alcuna organizzazione. Chiedi a chi gestisce questo server di aggiungerti.
page-cross-site = Questa richiesta viene dalla pagina di un altro sito. Se quella pagina è tua, fai chiamare il suo server con un token.
page-own-form = Questa pagina accetta ciò che invia il suo modulo.
page-too-much = È troppo per questo modulo.
page-cut-because = Il modulo è finito prima del tempo: { $error }.
page-cut = Il modulo è finito prima del tempo.
page-operators = Questa pagina è per chi gestisce il server: serve un ruolo sulla piattaforma.
page-operators-make = Le organizzazioni le crea chi gestisce il server: serve il ruolo `admin` sulla piattaforma.
page-draft = Il piano tariffario è una bozza. Prima pubblicalo; poi si può creare una notifica.
page-change-again = Apri di nuovo la pagina, e cambia da lì.
page-sign-out-again = Apri di nuovo la pagina, ed esci da lì.
page-no-account = Solo un utente che ha fatto l’accesso ha un account; chi è entrato con un link non ne ha.
page-storage = Serve un ruolo sulla piattaforma: ciò che è conservato è di tutte le organizzazioni.
page-whole = Riguarda tutta l’organizzazione; è per chi ha creato il link.
page-signed-out = Qui non hai fatto l’accesso, oppure è passato troppo tempo. Torna da dove sei venuto e apri di nuovo il portale.
page-too-long = Questa pagina è rimasta aperta troppo a lungo. Aprila di nuovo, e invia il modulo da lì.
page-needs-platform-role = Serve il ruolo `{ $role }` sulla piattaforma.
page-needs-role = Serve il ruolo `{ $role }` nell’organizzazione.

# A list
cursor-foreign = non è un cursore di questa API
cursor-other-list = appartiene a un altro elenco o ad altri filtri: ricomincia senza
