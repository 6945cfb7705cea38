# Why something is not done
problem-not-found = { $noun ->
    [webhook] Wala o wala na ang webhook na ito.
    [event] Wala o wala na ang event na ito.
    [delivery] Wala o wala na ang padalang ito.
    [link] Wala o wala na ang link na ito.
    [job] Wala o wala na ang muling padalang ito.
    [organization] Wala o wala na ang organisasyong ito.
   *[other] Wala o wala na ito.
}
problem-bug = May bug na pumigil sa request na ito; nasa log ang id nito.
taken-url = nasa webhook na { $id } na ang URL na ito, at isang webhook lang bawat URL ang pinapayagan ng profile nito; baguhin iyon, o pumili ng ibang URL
taken-channel = mayroon nang channel na `{ $key }`; baguhin iyon, o pumili ng ibang key
taken-event-type = nasa katalogong ito na ang `{ $name }`; baguhin iyon, o pumili ng ibang pangalan
taken-member = kasapi na si `{ $email }`; ang papel niya ang baguhin
taken-organization = mayroon nang organisasyong `{ $slug }`; pumili ng ibang slug, o baguhin iyon
taken-id = mayroon nang `{ $id }` ({ $noun }); baguhin iyon, o gumamit ng ibang id
taken-email = mayroon nang user na `{ $email }`; baguhin iyon
refused-taken = ginagamit na ang { $what }
refused-payload-removed = inalis na ang datos ng event dahil mas luma ito sa `retention.payloads`; hindi na maipapadala muli ang wala na
refused-event-size = { $field }: higit ang { $bytes } byte sa { $max } byte na puwede sa isang event; magpadala ng link sa iba pa
refused-own-type = { $reserved }; bahagi ng programa ang sinasabi ng katalogo tungkol sa mga ito
refused-platform-type = nasa katalogo ng platform ang `{ $name }`, na ang mga nagpapatakbo lang ng platform ang nagbabago; gumawa ng kapangalan nito sa katalogo ng organisasyon para iyon ang masunod doon
refused-inspectors = mayroon ka nang { $alike } inspector, o { $all } na sa organisasyon; mag-alis ng isa, o gamitin itong muli
refused-no-pause = walang ipa-pause
refused-no-resume = i-enable na lang ito; walang nakabinbin dito
refused-not-paused = hindi naka-pause ang webhook, at wala nang natitira sa pinigil ng pause; walang itutuloy
refused-disabled = naka-disable ang webhook: walang ipinapadala rito, at kinansela ang mga naghihintay; { $then }
refused-enable-first = naka-disable ang webhook; i-enable muna ito
refused-deleted = inalis na ang webhook at wala na itong matatanggap
refused-settled = hindi na naghihintay ang padala; { $state } na ito
refused-no-webhook = walang pinuntahan ang event na webhook na naka-enable ngayon; sabihin kung saan ito ipapadala, o mag-enable ng isa
refused-only-secret = isang secret lang ang pumipirma, at mananatili ito; palitan ito para magkaroon ng iba
refused-secrets = { $max } secret na ang pumipirma; hintaying matapos ang isa, o magpalit nang may palugit na 0, na tatapos sa lahat
refused-pending = may mga padala pang naghihintay ang webhook; hintaying matapos ang mga ito, o alisin ito nang sapilitan, na kakansela sa mga ito
refused-changed = binago na ni { $by } ang webhook samantala, sa rebisyon { $revision }; tingnan ito at baguhin muli
refused-job-overlap = tungkol sa parehong mga padala ang muling padala na { $id } at hindi pa ito tapos; hintayin itong matapos, o kanselahin muna
refused-job-overlap-other = may ibang muling padala, na hindi sa iyo, na tungkol sa parehong mga padala at hindi pa tapos; hintayin itong matapos
refused-job-finished = tapos na ang muling padala at hindi na ito magbabago; magsimula ng iba
refused-job-cancelled = kinansela ang muling padala at hindi na ito magbabago; magsimula ng iba
refused-job-stopped = huminto ang muling padala at hindi na ito magbabago; magsimula ng iba
refused-conditions = may { $max } abiso na ang rate plan na `{ $plan }` at hindi na puwedeng dagdagan; baguhin ang isa
refused-percentages = { $values } porsiyento ang masasakop ng mga abiso ng rate plan na `{ $plan }`, at { $max } lang ang puwede; lakihan ang hakbang
refused-start = nabilang na ang paggamit sa mga panahon mula { $start }, kaya mananatili ang simula; tapusin ang rate plan na ito at gumawa ng iba
refused-package = may mga rate plan ang package na `{ $id }`; alisin muna ang mga iyon
refused-months = may mga developer nang bumili ng `{ $id }`, at binibilang ang paggamit nila sa mga panahong { $months } buwan; gumawa ng ibang rate plan para sa mga panahong { $wanted } (1 hanggang { $max })
refused-plan = may mga developer nang bumili ng rate plan na `{ $id }`; alisin muna ang mga rate plan nila
refused-overlap = mayroon na ng rate plan na ito ang developer mula { $start } hanggang { $end }, bilang { $id }; tapusin muna iyon, o pumili ng ibang panahon
refused-overlap-open = mayroon na ng rate plan na ito ang developer mula { $start }, bilang { $id }; tapusin muna iyon, o pumili ng ibang panahon
refused-children = may kabilang pa rito ({ $noun }: { $children }); alisin muna iyon
refused-last-operator = ito na ang huling operator na makakapag-sign in; gawin munang operator ang iba

# Signing in
refused-busy = napakaraming nagsa-sign in ngayon; subukang muli pagkalipas ng ilang segundo
refused-tries = napakaraming pagtatangkang mag-sign in; titingnan ang susunod pagkalipas ng { $seconds } segundo
refused-password = mali ang email o ang password
refused-no-password = ang user lang na naka-sign in ang may password na mapapalitan
refused-user = hindi puwedeng mag-sign in ang user na ito
refused-user-disabled = hindi puwedeng mag-sign in ang user na ito; i-enable muna siya
refused-user-changed = binago ang user na ito ngayon lang; mag-sign in muli
refused-set-up = may operator na; humingi sa kanya ng user
refused-link-used = nagamit na ang link na ito, at isang beses lang ito gumagana; humingi ng bago
refused-link-expired = nag-expire na ang link na ito; humingi ng bago
refused-link-revoked = binawi na ang link na ito; humingi ng bago
oidc-no-code = walang ipinadalang code ang identity provider
oidc-not-begun = walang ginagawang pag-sign in sa browser na ito: lumampas ito sa sampung minuto, sinimulan sa iba, o tapos na; magsimula muli
oidc-other = ang bumalik ay para sa ibang pag-sign in kaysa sa huling sinimulan ng browser na ito; magsimula muli
oidc-slow = lumampas sa sampung minuto ang pag-sign in na ito; magsimula muli
oidc-denied = ikaw, o isang patakaran nito, ang tumanggi
oidc-signed-out = hindi ka naka-sign in doon
oidc-consent = hindi mo ito pinayagang sabihin kung sino ka
oidc-later = hindi ito makasagot ngayon; subukang muli mamaya
oidc-registration = hindi nakarehistro roon ang Bellwire para sa hinihingi nito; sabihin sa nagpapatakbo nito
oidc-other-reason = may dahilan itong hindi alam ng Bellwire; nasa log ito
oidc-refuses = tumatanggi ang identity provider: { $why }
oidc-unreachable = hindi sumasagot ang identity provider: { $why }; subukang muli mamaya
oidc-misconfigured = hindi tama ang pagkaka-set up ng pag-sign in: { $why }; sabihin sa nagpapatakbo ng Bellwire
oidc-untrusted = hindi mapagkakatiwalaan ang sagot ng identity provider: { $why }
oidc-again = nagamit na ang sagot na ito ng identity provider, at isang beses lang ito gumagana; magsimula muli
oidc-nobody = walang may email na { $email } dito; hilingin sa operator na gumawa ng user para rito
oidc-not-linked = mayroon nang user na { $email }, at walang kinikilala ang server na ito sa email lamang; magtanong sa operator
oidc-other-account = sa ibang account sa identity provider nakakabit ang user na { $email }; magtanong sa operator
oidc-odd-user = may sinasabi ang identity provider na hindi puwede sa isang user: { $error }
oidc-barred = hindi puwedeng mag-sign in ang user na { $email }; magtanong sa operator
oidc-no-email = hindi sinasabi ng identity provider ang email mo; hilingin sa nagpapatakbo nito na ibigay sa Bellwire ang scope na `email`
oidc-unverified = hindi pa natitiyak ng identity provider na email mo ang { $email }; patunayan ito roon, saka magsimula muli
oidc-verified-unknown = hindi sinasabi ng identity provider kung natiyak nitong email mo ang { $email }; hilingin sa nagpapatakbo nito na ipadala ang `email_verified`

# What the pages refuse
page-nowhere = Hindi ka pa kasapi ng alinmang organisasyon. Hilingin sa namamahala ng server na ito na idagdag ka.
page-cross-site = Galing sa pahina ng ibang site ang request na ito. Kung sa iyo ang pahinang iyon, ipatawag ito sa server niyon gamit ang token.
page-own-form = Ang ipinapadala ng sarili nitong form ang tinatanggap ng pahinang ito.
page-too-much = Sobra iyan para sa form na ito.
page-cut-because = Naputol ang form bago ito matapos: { $error }.
page-cut = Naputol ang form bago ito matapos.
page-operators = Para sa mga nagpapatakbo ng server ang pahinang ito: kailangan ng papel sa platform.
page-operators-make = Ang mga nagpapatakbo ng server ang gumagawa ng mga organisasyon: kailangan ang papel na `admin` sa platform.
page-draft = Burador pa ang rate plan. I-publish muna ito; saka makakagawa ng abiso para rito.
page-change-again = Buksan muli ang pahina, at doon magpalit.
page-sign-out-again = Buksan muli ang pahina, at doon mag-sign out.
page-no-account = Ang user lang na naka-sign in ang may account; wala nito ang dumaan sa link.
page-storage = Kailangan nito ng papel sa platform: sa lahat ng organisasyon ang mga nakatabi.
page-whole = Tungkol ito sa buong organisasyon; para ito sa gumawa ng link.
page-signed-out = Hindi ka naka-sign in dito, o lumipas na ang oras. Bumalik sa pinanggalingan mo at buksan muli ang portal.
page-too-long = Masyadong matagal na nakabukas ang pahinang ito. Buksan muli, at doon ipadala ang form.
page-needs-platform-role = Kailangan nito ng papel na `{ $role }` sa platform.
page-needs-role = Kailangan nito ng papel na `{ $role }` sa organisasyon.

# A list
cursor-foreign = hindi ito cursor ng API na ito
cursor-other-list = para ito sa ibang listahan o sa ibang filter: magsimula muli nang wala ito
