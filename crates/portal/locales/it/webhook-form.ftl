form-active-hint = Gli eventi partono appena salvi.
form-types-hint = Di che cosa vuoi essere informato.
form-types-all = Tutto
form-types-all-hint = Anche i tipi di evento aggiunti in futuro.
form-types-search = Cerca un tipo di evento
form-types-other = Altri tipi o schemi
form-types-group = Tutto ciò che inizia con «{ $group }», anche se aggiunto in futuro.
form-channels-other = Altri canali
form-advanced = Impostazioni avanzate
form-profile = Profilo
form-headers = Intestazioni
form-headers-hint = Una per riga, inviate con ogni richiesta. I valori sono cifrati e non vengono più mostrati.
form-retry = Nuovi tentativi
form-retry-kind = Se una consegna fallisce
form-limits = Tempi massimi e velocità
form-limits-hint = Lascia vuoto un campo per usare il valore predefinito. I tempi sono in millisecondi; indica tutti e tre o nessuno.
form-url-right = Sembra corretto. Dopo aver salvato invia una prova per vedere se risponde.
form-url-plain = Funziona, ma non è cifrato: meglio https://.
form-wrong = { $count ->
    [one] Un campo richiede la tua attenzione.
   *[other] { $count } campi richiedono la tua attenzione.
}
retry-profile = Come da profilo
retry-none = Non ritentare
retry-fixed = Ritenta a intervalli regolari
retry-schedule = Ritenta dopo queste attese
retry-interval = Secondi tra i tentativi
retry-attempts = Tentativi in tutto
retry-delays = Attese in secondi
retry-fixed-words = ogni { $interval }, { $count } tentativi in tutto
retry-schedule-words = dopo attese crescenti, { $count } tentativi in tutto
span-hours = { $count ->
    [one] ora
   *[other] { $count } ore
}
span-minutes = { $count ->
    [one] minuto
   *[other] { $count } minuti
}
span-seconds = { $count ->
    [one] secondo
   *[other] { $count } secondi
}
limit-connect = Tempo per connettersi
limit-first-byte = Tempo al primo byte
limit-total = Tempo totale
limit-per-second = Richieste al secondo
limit-burst = Richieste in una raffica
limit-at-once = Richieste contemporanee
form-direct = Solo ciò che gli è indirizzato
form-direct-hint = Per esempio le notifiche di un piano tariffario che lo nominano. Finché è selezionato non riceve nessun altro evento.
form-channels-search = Cerca
form-channels-many = Sono molti: cerca quelli che vuoi, o lascia vuoto per averli tutti.
form-conflict = { $by } ha fatto modifiche dopo che hai aperto questa pagina,
form-conflict-lead = Ciò che hai scritto è qui sotto e non è ancora salvato. Salva di nuovo per sostituire l'altra modifica, oppure
form-conflict-open = riparti da ciò che c'è ora
