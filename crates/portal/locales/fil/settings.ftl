settings-organization = Organisasyon
settings-members = Mga kasapi at papel
settings-tokens = Mga API token
settings-links = Mga portal link
settings-audit = Talaan ng pagbabago
settings-storage = Storage
settings-account = Account ko
settings-done-saved = Na-save.
settings-done-added = Naidagdag. Puwede na siyang pumasok.
settings-done-role = Nabago na ang papel.
settings-done-removed = Naalis na.
settings-done-revoked = Binawi na. Hindi na ito gumagana.
settings-done-password = Nabago na ang password mo. Na-sign out na ang ibang browser.
settings-done-ended = Na-sign out na roon.
choose-one = Pumili ng isa rito.
made = Ginawa
revoke = Bawiin
revoked = Binawi
ended = Nag-expire
time-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minuto
}
time-hours = { $count ->
    [one] { $count } oras
   *[other] { $count } oras
}
time-days = { $count ->
    [one] { $count } araw
   *[other] { $count } araw
}

role = Papel
role-viewer = Tagatingin
role-editor = Editor
role-admin = Admin
role-viewer-hint = Nakikita ang lahat maliban sa mga lihim.
role-editor-hint = Nakakapagbago rin ng mga webhook, nakakapagpadala ulit, at nakakapag-post ng event.
role-customer-hint = Nakakapagbago rin ng mga webhook at nakakapagpadala ulit ng nabigo.
role-admin-hint = Nakakapagbago rin ng mga setting na ito, at nagpapasya kung sino ang makakapasok.
role-none = Pumili ng papel.

once-title = Kopyahin na ngayon
once-warning = Isang beses lang ito ipapakita. Itago sa ligtas na lugar bago magpatuloy.
once-done = Tapos na

organization-slug = Sa mga URL at sa API, ang tawag dito ay
organization-name = Pangalan
organization-profile = Default na profile
organization-profile-hint = Kung paano kikilos ang mga bagong webhook na walang sariling profile, at kung ano ang tawag sa mga bagay dito. Mananatili ang sa mga dating webhook.
organization-strict = Mga uri ng event sa katalogo lang
organization-strict-hint = Tinatanggihan ang event na ibang uri, para mapansin agad ang maling pag-type.
organization-delete = Burahin ang organisasyon
organization-delete-hint = Kasama ang lahat ng laman nito. Hindi na ito maibabalik.
organization-delete-lead = Mabubura ang mga webhook, event, log, token at portal link. Wala nang ipapadala mula ngayon. Hindi na ito maibabalik.
organization-delete-type = I-type ang “{ $slug }” para kumpirmahin
organization-delete-wrong = Hindi iyan ang pangalan nito sa URL. I-type nang eksakto ang ipinakita.

members-lead = Ang mga nagsa-sign in dito, at kung ano ang puwede nilang gawin. Ang nagpapatakbo ng server ay nakakapasok sa bawat organisasyon kahit hindi kasapi.
members-provider = Ang mga nagsa-sign in gamit ang account ng kompanya ay puwedeng makakuha ng papel mula sa mga grupo nito.
members-none = Wala pang kasapi
members-none-lead = Idagdag ang mga mag-aasikaso ng mga webhook dito.
member = Kasapi
member-name = Pangalan
member-name-hint = Para sa bago; kung walang laman, ang email address nila.
member-add = Magdagdag ng kasapi
member-add-hint = Ang bago ay bibigyan ng link para pumili ng password, na ikaw ang mag-aabot.
member-role = Baguhin ang papel
member-role-title = Ano ang puwedeng gawin ni { $name }?
member-role-lead = Masa-sign out siya sa pagbabago, at papasok muli sa bagong papel.
member-role-you = Ikaw ito. Kapag mas maliit ang papel mo, hindi ka na makakabalik sa page na ito; ibang admin lang ang makakapagbago nito.
member-remove-title = Alisin si { $name }?
member-remove-lead = Hindi na makakapasok dito si { $email } at masa-sign out. Mananatili sa talaan ang mga ginawa niya.
member-remove-you = Ikaw ito. Masa-sign out ka, at ibang admin lang ang makakapagpapasok muli sa iyo.
member-link = Bagong link para sa password
member-link-lead = Sa link na ito pipili si { $email } ng password. Isang beses itong gagana, sa loob ng tatlong araw; hindi na gagana ang mga nauna.
member-you = Ikaw
member-operator = Nagpapatakbo ng server
member-disabled = Bawal mag-sign in
member-waits = Wala pang password
member-by-group = Papel mula sa account ng kompanya

tokens-lead = Ito ang gamit ng mga programa sa pagtawag sa API. May papel ang bawat isa, tulad ng tao.
tokens-none = Wala pang token
tokens-none-lead = Gumawa ng isa para sa programang nagpo-post ng mga event mo.
token = Token
token-end = Mag-e-expire
token-endless = Hindi kailanman
token-used = Huling ginamit
token-create = Gumawa ng token
token-create-hint = Bigyan ng kani-kaniya ang bawat programa, para mabawi ang isa nang hindi nadadamay ang iba.
token-name = Pangalan
token-name-hint = Kung para saan ito.
token-lasts = Mag-e-expire pagkatapos ng
token-once-lead = Ipinapakita ng mga programa ang “{ $name }” sa header na Authorization.
token-example = Halimbawa:
token-revoke-title = Bawiin ang “{ $name }”?
token-revoke-lead = Tatanggihan na mula ngayon ang mga programang gumagamit nito.

links-lead = Pinapapasok ng link ang customer sa sarili niyang mga webhook, nang walang password. Isang beses itong gagana.
links-none = Wala pang portal link
links-none-lead = Karaniwan, ang server mo ang humihingi nito sa API tuwing bubuksan ng customer ang mga webhook niya. Dito, makakagawa ka ng isa.
link-for = Customer
link-for-hint = Kung para kanino ito. Ang pangalang ito ang lalabas sa mga pagbabago niya.
link-create = Gumawa ng portal link
link-create-hint = Ipadala ito sa customer, o buksan sa sarili mong produkto.
link-channels = Tungkol lang sa
link-channels-hint = Ito lang ang makikita at mababago niya. Kung walang laman, makikita niya ang lahat.
link-everything = lahat
link-works = Gagana nang
link-works-hint = Ang panahon bago ito kailangang buksan.
link-session = Mananatiling naka-sign in nang
link-origins = Puwedeng i-embed ng
link-origins-hint = Mga origin ng page na magpapakita ng portal sa isang frame, isa bawat linya. Kailangang https ang server mo.
link-open = Hindi pa nabubuksan
link-used = Nabuksan na
link-once-lead = Ipadala ito sa customer. Isang beses itong gagana at mag-e-expire { $until }.
link-revoke-title = Bawiin ang link na ito?
link-revoke-lead = Hindi na ito mabubuksan, at masa-sign out ang pumasok gamit ito.

account-you = Tungkol sa iyo
account-language-browser = Ayon sa browser
account-password = Palitan ang password
account-password-hint = Masa-sign out ang lahat ng ibang browser kapag pinalitan mo ito.
account-no-password = Nagsa-sign in ka gamit ang account ng kompanya, at wala kang password dito.
account-password-now = Kasalukuyang password
account-password-new = Bagong password
account-password-rule = Hindi bababa sa 10 character. Ang ilang di-karaniwang salita ay mahaba at madaling tandaan.
account-sessions = Kung saan ka naka-sign in
account-sessions-hint = Kung may hindi ka nakikilala, tapusin iyon at palitan ang password mo.
account-everywhere = Mag-sign out saanman
account-everywhere-lead = Masa-sign out ka sa bawat browser, kasama ang isang ito.
session-with = Browser
session-since = Mula
session-seen = Huling nakita
session-here = Ang browser na ito
session-end = Tapusin
session-unknown = Di-kilalang programa

audit-lead = Kung sino ang nagbago ng ano, at kung ano ito dati at pagkatapos.
audit-export = I-download
audit-actor = Ni
audit-what = Ano
audit-none = Walang pagbabagong tugma sa mga filter.
audit-jobs = Maramihang pagpapadala ulit
audit-developer-plans = Mga rate plan ng mga developer
audit-conditions = Mga abiso ng mga rate plan
audit-by-link = portal link
audit-by-console = command line
audit-by-system = Bellwire mismo
audit-before = Dati:
audit-after = Ngayon:
audit-changes = { $count ->
    [one] { $count } field
   *[other] { $count } field
}

storage-what = Ano ang kumukuha ng gaano kalaking espasyo
storage-lead = Ng lahat ng organisasyon; tantiya lang.
storage-total = Kabuuan
storage-store = Nakatago sa
storage-oldest = Pinakamatandang event
storage-newest = Pinakabagong event
storage-kind = Ano
storage-share = Bahagi
storage-size = Laki
storage-count = Ilan
stored-events = Mga event
stored-payloads = Mga payload
stored-deliveries = Mga delivery
stored-attempts = Mga pagsubok
stored-indexes = Mga index at iba pa
stored-free = Libre
retention = Gaano katagal itinatago
retention-lead = Itinatakda sa configuration ng server; kusang nawawala ang mas matanda.
retention-what = Ano
retention-kept = Itinatago nang
retention-setting = Setting
retention-for-ever = Habambuhay
retention-as-event = Kasingtagal ng event

settings-appearance = Itsura
appearance-lead = Ang kulay at logo mo sa mga page na ito, pati sa mga customer na pumapasok gamit ang portal link.
appearance-accent = Kulay
appearance-accent-hint = Anim na digit pagkatapos ng #, tulad ng #0b6e4f. Kung hindi ito mababasa, mas madilim o mas maliwanag na tono ang gagamitin. Kung walang laman, ang sa amin.
appearance-logo = Logo
appearance-logo-now = Ang logo ngayon
appearance-logo-hint = PNG, JPEG o WebP na hindi hihigit sa 64 KiB. Pinakamaganda ang malapad na may transparent na background.
appearance-no-logo = Alisin ang logo

organizations = Mga organisasyon
organizations-find = Maghanap ng organisasyon
organizations-new = Bagong organisasyon
organizations-new-lead = Kabilang sa isang organisasyon ang lahat: mga webhook, event, tao at token.
organizations-slug = Maikling pangalan
organizations-slug-hint = Para sa mga URL at API: maliliit na titik, numero at gitling. Hindi na ito mababago.
organizations-name-hint = Ang babasahin ng mga tao; kung walang laman, ang maikling pangalan.
organizations-search = Pangalan o maikling pangalan
organizations-none = Wala pang organisasyon
organizations-not-found = Walang pangalang may ganyan.
organizations-webhooks = Mga webhook
organizations-deleted = Nabura na. Inaalis ang mga laman nito.
as-link = Nakikita mo ito tulad ng customer, gamit ang portal link para kay
as-back = Magpatuloy bilang
signed-out-framed = Bumalik sa pinanggalingan mo, at buksan ulit ito mula roon kapag kailangan mo.
form-stale = May nagbago nito mula nang buksan mo. Nasa ibaba ang isinulat mo at hindi pa nai-save: i-save muli para palitan ang binago ng iba.
