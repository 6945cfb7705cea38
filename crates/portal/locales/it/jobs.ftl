jobs = Nuovi invii
jobs-lead = Ciò che è stato inviato di nuovo in blocco, e a che punto è.
jobs-none = Non è stato ancora inviato nulla in blocco
jobs-none-lead = Se un endpoint non era raggiungibile, tutto ciò che ha perso si può inviare di nuovo a un ritmo che regge.
job-new = Invia di nuovo
job-new-lead = Prima conta, poi scegli il ritmo e comincia. Ciò che risulta arrivato non viene inviato di nuovo.
job-title = Nuovo invio
job-what = Che cosa
job-when = Da
job-until = Fino a
job-since = Da { $since }
job-all-kept = Tutto ciò che è conservato
job-both = non riusciti o annullati
job-last-answer = Ultima risposta
job-recount = Conta
job-count = { $count ->
    [one] Verrebbe inviata di nuovo una consegna.
   *[other] Verrebbero inviate di nuovo { $said } consegne.
}
job-count-least = { $count ->
    [one] Verrebbe inviata di nuovo almeno una consegna.
   *[other] Verrebbero inviate di nuovo almeno { $said } consegne.
}
job-count-none = Non c'è nulla da inviare di nuovo
job-count-none-lead = Tutto ciò che corrisponde è già arrivato o è già di nuovo in viaggio.
job-leaves-out = Tralasciate
job-begin = { $count ->
    [one] Inviala di nuovo
   *[other] Inviane di nuovo { $said }
}
job-begin-all = Inviale tutte di nuovo
job-rate-label = Ritmo
job-rate-hint = A un endpoint appena ripreso conviene inviare piano. Puoi cambiarlo durante l'invio.
job-rate = { $rate } al secondo
lasts-seconds = { $count ->
    [one] circa un secondo
   *[other] circa { $count } secondi
}
lasts-minutes = { $count ->
    [one] circa un minuto
   *[other] circa { $count } minuti
}
lasts-hours = { $count ->
    [one] circa un'ora
   *[other] circa { $count } ore
}
lasts-days = { $count ->
    [one] circa un giorno
   *[other] circa { $count } giorni
}
job-overlap = Un altro invio riguarda le stesse consegne e non è terminato. Aspetta che finisca, oppure terminalo.
job-disabled = È disattivato e non riceve nulla. Prima attivalo, poi invia di nuovo.
job-deleted = È stato rimosso e non riceve più nulla.
job-running = in corso
job-paused = sospeso
job-finished = finito
job-cancelled = terminato
job-stopped = interrotto
job-says-running = Invio in corso, { $rate } al secondo.
job-says-paused = Sospeso da { $by }. Non viene inviato nulla finché non riprende.
job-says-cancelled = Terminato da { $by }. Ciò che non era ancora partito resta com'è.
job-says-finished = Finito. Inviate di nuovo: { $done }.
job-says-disabled = Interrotto: è stato disattivato. Attivalo, poi ricomincia.
job-says-deleted = Interrotto: è stato rimosso.
job-says-forgotten = Interrotto: è rimasto sospeso per una settimana.
job-ends = Finisce
job-progress-title = Avanzamento
job-progress = { $done } di { $total }
job-progress-open = { $done } finora
job-sent = Inviate di nuovo
job-left-out = Tralasciate
job-to-go = Rimanenti
job-left-out-why = Perché alcune sono state tralasciate
skip-sent-again = arrivate nel frattempo o già di nuovo in viaggio
skip-payload = contenuto non più conservato
skip-disabled = disattivato
skip-deleted = rimosso
job-pause = Sospendi
job-resume = Riprendi
job-cancel = Termina
job-cancel-title = Terminare questo invio?
job-cancel-lead = Ciò che è partito resta inviato. Il resto rimane com'è, e puoi avviare un altro invio quando vuoi.
job-started = Avviato
done-job-started = Avviato.
done-job-paused = Sospeso.
done-job-resumed = Ripreso.
done-job-cancelled = Terminato.
done-job-rate = Ritmo cambiato.
done-job-over = Era già terminato.
