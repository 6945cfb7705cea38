# Come le pagine di un'organizzazione chiamano le cose. Lo decide il suo profilo, e solo questo file
# lo sa.

word-webhooks = { $profile ->
    [advocate] Iscrizioni webhook
    [eventinsight] Collegamenti
   *[other] Webhook
}
word-webhooks-menu = { $profile ->
    [eventinsight] Collegamenti
   *[other] Webhook
}
word-webhook = { $profile ->
    [advocate] Iscrizione
    [eventinsight] Collegamento
   *[other] Webhook
}
word-create = { $profile ->
    [advocate] Crea iscrizione
    [eventinsight] Nuovo webhook
    [wink] Crea nuovo webhook
    [apigee] + Webhook
   *[other] Crea webhook
}
word-create-title = { $profile ->
    [apigee] Aggiungi webhook
   *[other] { word-create }
}
word-update-title = { $profile ->
    [advocate] Modifica iscrizione
    [eventinsight] Modifica collegamento
    [apigee] Aggiorna webhook
   *[other] Modifica webhook
}
word-remove-title = { $profile ->
    [advocate] Rimuovere questa iscrizione?
    [eventinsight] Rimuovere questo collegamento?
    [apigee] Eliminare questo webhook?
   *[other] Rimuovere questo webhook?
}
word-save-update = { $profile ->
    [apigee] Aggiorna webhook
   *[other] Salva
}
action-update = Modifica
action-remove = { $profile ->
    [apigee] Elimina
   *[other] Rimuovi
}
word-name = { $profile ->
    [advocate] Iscrizione
    [eventinsight] Collegamento
   *[other] Webhook
}
word-form-name = { $profile ->
    [advocate] Nome del webhook
   *[other] Nome
}
word-url = { $profile ->
    [advocate] URL di destinazione
    [wink] URL del webhook
   *[other] URL dell'endpoint
}
word-active = { $profile ->
    [wink] Abilitato
   *[other] Attivo
}
word-events = { $profile ->
    [advocate] Tipi
    [eventinsight] Trigger
   *[other] Eventi
}
word-channels = { $profile ->
    [eventinsight] Congressi
    [wink] Struttura
   *[other] Canali
}
word-channels-hint = { $profile ->
    [eventinsight] Solo questi congressi. Nessuna scelta significa tutti.
    [wink] La struttura di cui vuoi ricevere gli eventi.
   *[other] Solo ciò che li riguarda. Nessuna scelta significa tutto.
}
word-view-log = { $profile ->
    [advocate] Vedi registro
   *[other] Registro eventi
}
word-log = { $profile ->
    [advocate] Registro degli eventi webhook
   *[other] Registro eventi
}
word-log-menu = { $profile ->
    [eventinsight] Registro
   *[other] Registro eventi
}
word-details = { $profile ->
    [advocate] Dettagli del webhook
   *[other] Dettagli dell'evento
}
word-attempts = { $profile ->
    [advocate] Dettagli dell'iscrizione
   *[other] Tentativi
}
word-id = { $profile ->
    [advocate] ID webhook
   *[other] ID
}
word-date-created = { $profile ->
    [advocate] Data di creazione
   *[other] Creato
}
word-data = { $profile ->
    [advocate] Dati dell'evento
   *[other] Contenuto
}
word-test = { $profile ->
    [eventinsight] Prova il webhook
   *[other] Invia prova
}
menu-deliveries = { $profile ->
    [apigee] Pubblica › Monetizzazione
    [eventinsight] Impostazioni › Integrazioni
   *[other] {""}
}
menu-plans = { $profile ->
    [apigee] Pubblica › Monetizzazione
   *[other] Quote
}
menu-catalogue = { $profile ->
    [apigee] Pubblica
   *[other] Quote
}
menu-settings = { $profile ->
    [apigee] Amministrazione
   *[other] Strumenti
}
