# Why a webhook gets an event, or does not
match-all = Riceve tutti i tipi di evento.
match-type = Riceve `{ $name }`.
match-addressed = L’evento gli era indirizzato.
match-deleted = È stato rimosso il { $at }.
match-disabled = È disattivato. { $why }
match-was-disabled = In quel momento era disattivato.
match-condition = Riceve solo ciò che gli è indirizzato: nessuna notifica per questa percentuale lo indica, oppure era disattivato quando la percentuale è stata raggiunta.
match-direct = Riceve solo eventi che gli sono indirizzati, e questo non lo era.
match-own = Riceve tutti i tipi di evento tranne quelli di Bellwire; `{ $name }` è uno di questi, e va indicato per nome.
match-other-type = Riceve { $types }, e l’evento è un `{ $name }`.
match-no-channel = Ascolta { $own }, e l’evento non è su nessun canale.
match-other-channel = Ascolta { $own }, e l’evento è su { $channels }.
match-more = { $first } e altri { $count }
disabled-by-hand = È stato disattivato a mano.
disabled-errors = È stato disattivato automaticamente: l’endpoint ha risposto { $class } { $count } volte senza un successo in mezzo.
disabled-failing = È stato disattivato automaticamente: da { $since } nessun tentativo è riuscito.
disabled-gone = È stato disattivato automaticamente: l’endpoint ha risposto { $status }, cioè non esiste più.
explain-paused = È sospeso da { $at }: la consegna sarebbe trattenuta fino alla ripresa.
explain-sent = L’evento gli è stato inviato; la consegna del { $at } è { $state }.
explain-changed = { $why } È stato modificato il { $at }, dopo l’evento: quando l’evento è arrivato poteva essere impostato diversamente.
explain-test = L’evento è una prova di un altro webhook.
explain-younger = Corrisponderebbe, ma è stato creato il { $at }, dopo l’evento.
explain-now = Così com’è ora corrisponde; è stato modificato il { $at }, e quando l’evento è arrivato non corrispondeva.

# Bellwire's own events
own-disabled = Bellwire avvisa: un webhook è stato disattivato, per una soglia del suo profilo o a mano. Ciò che era in attesa è annullato.
own-failing = Bellwire avvisa: i tentativi di un webhook non sono riusciti più volte di seguito. Lo dice una volta, e di nuovo solo dopo una ripresa.
own-recovered = Bellwire avvisa: un webhook segnalato perché non riusciva ha risposto di nuovo con successo.
own-exhausted = Bellwire avvisa: una consegna è fallita definitivamente, perché il suo profilo non ammette altri tentativi.
own-usage = Bellwire avvisa: ciò che uno sviluppatore ha usato di un piano tariffario ha raggiunto una percentuale del suo obiettivo alla quale una notifica chiama dei webhook. Una volta per ogni percentuale in ogni periodo.

# What profiles do
profile-advocate = Corpo {"{"}id, type, tenantAlias, live, created, data{"}"}; solo 200 è un successo; un nuovo tentativo ogni ora, 72 in tutto.
profile-apigee = Come corpo i soli dati; ogni 2xx è un successo; a 5xx e senza risposta si prova quattro volte, ogni cinque minuti.
profile-eventinsight = Corpo {"{"}entity_id, entity_type, action_type, result{"}"}; un solo tentativo, se il webhook non ne chiede altri.
profile-standard = Corpo {"{"}type, timestamp, data{"}"}; ogni 2xx è un successo; nuovi tentativi per circa tre giorni.
profile-wink = Corpo {"{"}id, type, createdDate, ownerIdentifier, data{"}"}; solo 200 è un successo; nuovi tentativi per circa tre giorni.
