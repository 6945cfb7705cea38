form-active-hint = Ipapadala ang mga event pagka-save mo.
form-types-hint = Kung ano ang gusto mong malaman.
form-types-all = Lahat
form-types-all-hint = Pati ang mga uri ng event na idaragdag pa.
form-types-search = Maghanap ng uri ng event
form-types-other = Ibang uri o pattern
form-types-group = Lahat ng nagsisimula sa “{ $group }”, pati ang idaragdag pa.
form-channels-other = Ibang channel
form-advanced = Mga karagdagang setting
form-profile = Profile
form-headers = Mga header
form-headers-hint = Isa bawat linya, kasama sa bawat request. Naka-encrypt ang mga halaga at hindi na muling ipapakita.
form-retry = Mga pag-uulit
form-retry-kind = Kapag nabigo ang paghahatid
form-limits = Mga takdang oras at bilis
form-limits-hint = Iwanang walang laman para sa default. Ang mga takdang oras ay nasa millisecond; ibigay ang tatlo o wala.
form-url-right = Mukhang ayos. Pagka-save, magpadala ng test para makita kung sumasagot ito.
form-url-plain = Gumagana ito, pero hindi naka-encrypt: mas mabuti ang https://.
form-wrong = { $count ->
    [1] May isang field na kailangang ayusin.
   *[other] May { $count } field na kailangang ayusin.
}
retry-profile = Ayon sa profile
retry-none = Huwag ulitin
retry-fixed = Ulitin sa pantay na pagitan
retry-schedule = Ulitin pagkatapos ng mga hintay na ito
retry-interval = Segundo sa pagitan ng mga pagsubok
retry-attempts = Kabuuang pagsubok
retry-delays = Mga hintay sa segundo
retry-fixed-words = bawat { $interval }, { $count } pagsubok sa kabuuan
retry-schedule-words = sa pahabang mga hintay, { $count } pagsubok sa kabuuan
span-hours = { $count ->
    [1] oras
   *[other] { $count } oras
}
span-minutes = { $count ->
    [1] minuto
   *[other] { $count } minuto
}
span-seconds = { $count ->
    [1] segundo
   *[other] { $count } segundo
}
limit-connect = Oras para kumonekta
limit-first-byte = Oras hanggang unang byte
limit-total = Kabuuang oras
limit-per-second = Request bawat segundo
limit-burst = Request sa isang bugso
limit-at-once = Sabay-sabay na request
form-direct = Ang nakapatungkol lamang dito
form-direct-hint = Gaya ng mga abiso ng isang rate plan na bumabanggit dito. Walang ibang event na matatanggap habang naka-tsek ito.
form-channels-search = Maghanap
form-channels-many = Marami ito: hanapin ang gusto mo, o iwanang walang pinili para sa lahat.
form-conflict = Binago ito ni { $by } mula nang buksan mo,
form-conflict-lead = Nasa ibaba ang na-type mo at hindi pa naka-save. I-save muli para palitan ang kabilang pagbabago, o
form-conflict-open = magsimula sa kung ano ang narito ngayon
