settings-organization = Organizzazione
settings-members = Membri e ruoli
settings-tokens = Token API
settings-links = Link al portale
settings-audit = Registro delle modifiche
settings-storage = Spazio
settings-account = Il mio account
settings-done-saved = Salvato.
settings-done-added = Aggiunto: può accedere da subito.
settings-done-role = Il ruolo è cambiato.
settings-done-removed = Rimosso.
settings-done-revoked = Revocato. Non funziona più.
settings-done-password = Password cambiata. Gli altri browser sono stati disconnessi.
settings-done-ended = Sessione chiusa.
choose-one = Scegli una di queste opzioni.
made = Creato
revoke = Revoca
revoked = Revocato
ended = Scaduto
time-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minuti
}
time-hours = { $count ->
    [one] { $count } ora
   *[other] { $count } ore
}
time-days = { $count ->
    [one] { $count } giorno
   *[other] { $count } giorni
}

role = Ruolo
role-viewer = Lettura
role-editor = Modifica
role-admin = Amministrazione
role-viewer-hint = Vede tutto tranne i segreti.
role-editor-hint = In più modifica i webhook, reinvia e pubblica eventi.
role-customer-hint = In più modifica i webhook e reinvia ciò che non è arrivato.
role-admin-hint = In più cambia queste impostazioni e decide chi può entrare.
role-none = Scegli un ruolo.

once-title = Copialo adesso
once-warning = Lo mostriamo una volta sola. Conservalo in un posto sicuro prima di proseguire.
once-done = Fatto

organization-slug = Negli URL e nell’API si chiama
organization-name = Nome
organization-profile = Profilo predefinito
organization-profile-hint = Come si comportano i nuovi webhook che non indicano un profilo, e come si chiamano le cose in queste pagine. Quelli esistenti mantengono il loro.
organization-strict = Solo tipi di evento del catalogo
organization-strict-hint = Gli eventi di altri tipi vengono rifiutati, così un refuso si nota subito.
organization-delete = Elimina organizzazione
organization-delete-hint = Con tutto quello che contiene. Non si torna indietro.
organization-delete-lead = Webhook, eventi, registro, token e link al portale vengono eliminati. Da adesso non viene inviato più nulla. Non si torna indietro.
organization-delete-type = Scrivi “{ $slug }” per confermare
organization-delete-wrong = Negli URL non si chiama così. Scrivilo esattamente come indicato.

members-lead = Chi accede qui e che cosa può fare. Chi gestisce il server raggiunge ogni organizzazione senza esserne membro.
members-provider = Chi accede con l’account aziendale può ricevere il ruolo dai suoi gruppi.
members-none = Ancora nessun membro
members-none-lead = Aggiungi chi si occupa dei webhook.
member = Membro
member-name = Nome
member-name-hint = Per chi è nuovo; se resta vuoto, l’indirizzo email.
member-add = Aggiungi membro
member-add-hint = Chi è nuovo riceve un link per scegliere la password, che gli consegni tu.
member-role = Cambia ruolo
member-role-title = Che cosa può fare { $name }?
member-role-lead = Con la modifica la persona viene disconnessa e rientra con il nuovo ruolo.
member-role-you = Sei tu. Con un ruolo minore non potrai tornare in questa pagina: solo un altro amministratore potrà ricambiarlo.
member-remove-title = Rimuovere { $name }?
member-remove-lead = { $email } non potrà più entrare qui e verrà disconnesso. Quello che ha fatto resta nel registro.
member-remove-you = Sei tu. Verrai disconnesso e solo un altro amministratore potrà farti rientrare.
member-link = Nuovo link per la password
member-link-lead = Con questo link { $email } sceglie una password. Vale una volta, per tre giorni; i link precedenti non funzionano più.
member-you = Tu
member-operator = Gestisce il server
member-disabled = Non può accedere
member-waits = Senza password
member-by-group = Ruolo dall’account aziendale

tokens-lead = I programmi chiamano l’API con questi. Ognuno ha un ruolo, come una persona.
tokens-none = Ancora nessun token
tokens-none-lead = Creane uno per il programma che pubblica i tuoi eventi.
token = Token
token-end = Scade
token-endless = Mai
token-used = Ultimo uso
token-create = Crea token
token-create-hint = Danne uno a ogni programma: così ne revochi uno senza toccare gli altri.
token-name = Nome
token-name-hint = A che cosa serve.
token-lasts = Scade dopo
token-once-lead = I programmi mostrano “{ $name }” nell’intestazione Authorization.
token-example = Per esempio:
token-revoke-title = Revocare “{ $name }”?
token-revoke-lead = I programmi che lo usano vengono rifiutati da subito.

links-lead = Un link porta un cliente ai suoi webhook, senza password. Vale una volta.
links-none = Ancora nessun link al portale
links-none-lead = Di solito è il tuo server a chiederne uno all’API quando un cliente apre i suoi webhook. Qui puoi crearne uno a mano.
link-for = Cliente
link-for-hint = Per chi è. Le modifiche fatte con il link portano questo nome.
link-create = Crea link al portale
link-create-hint = Invialo al cliente, oppure aprilo nel tuo prodotto.
link-channels = Solo su
link-channels-hint = Vede e modifica solo ciò che riguarda questi. Se resta vuoto, tutto.
link-everything = tutto
link-works = Vale per
link-works-hint = Il tempo entro cui va aperto.
link-session = L’accesso dura
link-origins = Può essere incorporato da
link-origins-hint = Origini delle pagine che mostrano il portale in un riquadro, una per riga. Il server deve essere raggiungibile in https.
link-open = Non ancora aperto
link-used = Aperto
link-once-lead = Invialo al cliente. Vale una volta e scade { $until }.
link-revoke-title = Revocare questo link?
link-revoke-lead = Non si apre più, e chi è entrato con questo link viene disconnesso.

account-you = I tuoi dati
account-language-browser = Come il browser
account-password = Cambia password
account-password-hint = Cambiandola, tutti gli altri browser vengono disconnessi.
account-no-password = Accedi con l’account aziendale e qui non hai una password.
account-password-now = Password attuale
account-password-new = Nuova password
account-password-rule = Almeno 10 caratteri. Qualche parola insolita è lunga e facile da ricordare.
account-sessions = Dove hai effettuato l’accesso
account-sessions-hint = Se non ne riconosci una, chiudila e cambia la password.
account-everywhere = Esci ovunque
account-everywhere-lead = Vieni disconnesso da ogni browser, compreso questo.
session-with = Browser
session-since = Da
session-seen = Ultima attività
session-here = Questo browser
session-end = Chiudi
session-unknown = Programma sconosciuto

audit-lead = Chi ha cambiato che cosa, e com’era prima e dopo.
audit-export = Scarica
audit-actor = Da
audit-what = Che cosa
audit-none = Nessuna modifica corrisponde ai filtri.
audit-jobs = Reinvii in blocco
audit-developer-plans = Piani acquistati
audit-conditions = Notifiche dei piani tariffari
audit-by-link = link al portale
audit-by-console = riga di comando
audit-by-system = Bellwire stesso
audit-before = Prima:
audit-after = Dopo:
audit-changes = { $count ->
    [one] { $count } campo
   *[other] { $count } campi
}

storage-what = Che cosa occupa quanto spazio
storage-lead = Stima per tutte le organizzazioni insieme.
storage-total = In tutto
storage-store = Conservato in
storage-oldest = Evento più vecchio
storage-newest = Evento più recente
storage-kind = Che cosa
storage-share = Quota
storage-size = Dimensione
storage-count = Quanti
stored-events = Eventi
stored-payloads = Payload
stored-deliveries = Consegne
stored-attempts = Tentativi
stored-indexes = Indici e il resto
stored-free = Libero
retention = Per quanto si conserva
retention-lead = Si imposta nella configurazione del server; ciò che è più vecchio se ne va da sé.
retention-what = Che cosa
retention-kept = Conservato per
retention-setting = Impostazione
retention-for-ever = Per sempre
retention-as-event = Quanto l’evento

settings-appearance = Aspetto
appearance-lead = Il tuo colore e il tuo logo in queste pagine, anche per i clienti che arrivano con un link al portale.
appearance-accent = Colore
appearance-accent-hint = Sei cifre dopo un #, per esempio #0b6e4f. Dove non si leggerebbe usiamo una tonalità più scura o più chiara. Se resta vuoto, il nostro.
appearance-logo = Logo
appearance-logo-now = Il logo attuale
appearance-logo-hint = PNG, JPEG o WebP di al massimo 64 KiB. Meglio se largo e con sfondo trasparente.
appearance-no-logo = Rimuovi il logo

organizations = Organizzazioni
organizations-find = Cerca un’organizzazione
organizations-new = Nuova organizzazione
organizations-new-lead = Tutto appartiene a un’organizzazione: webhook, eventi, persone e token.
organizations-slug = Nome breve
organizations-slug-hint = Per gli URL e l’API: lettere minuscole, cifre e trattini. Non si può cambiare in seguito.
organizations-name-hint = Come si legge; se resta vuoto, il nome breve.
organizations-search = Nome o nome breve
organizations-none = Ancora nessuna organizzazione
organizations-not-found = Nessun nome lo contiene.
organizations-webhooks = Webhook
organizations-deleted = Eliminata. Il suo contenuto viene rimosso.
as-link = Stai guardando come farebbe un cliente, con il link al portale per
as-back = Continua come
signed-out-framed = Torna da dove sei venuto e riapri da lì quando ti serve.
form-stale = Nel frattempo qualcuno lo ha modificato. Ciò che hai scritto è qui sotto e non è ancora salvato: salva di nuovo per sostituire l’altra modifica.
