skip = Skip to content
menu = Menu
organization = Organization
preference-language = Language
preference-theme = Appearance
theme-auto = Same as system
theme-light = Light
theme-dark = Dark
sign-out = Sign out
menu-overview = Overview
menu-failures = Failures
menu-rate-plans = Rate plans
menu-packages = Packages
menu-event-types = Event types
menu-inspector = Inspector
menu-top = {""}
menu-tools = Tools
search = Search
filter = Apply
save = Save
cancel = Cancel
ok = OK
copy = Copy
copied = Copied
optional = optional
actions = Actions
settings = Settings
request = Request
response = Response
response-body = Response body
never = —
nothing-found = Nothing found
show-all = Show everything
page-next = Next page
page-older = Older events

time-now = just now
time-seconds-ago = { $count ->
    [one] { $count } second ago
   *[other] { $count } seconds ago
}
time-minutes-ago = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
time-hours-ago = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
time-days-ago = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
time-in-seconds = { $count ->
    [one] in { $count } second
   *[other] in { $count } seconds
}
time-in-minutes = { $count ->
    [one] in { $count } minute
   *[other] in { $count } minutes
}
time-in-hours = { $count ->
    [one] in { $count } hour
   *[other] in { $count } hours
}
time-in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}

state-pending = pending
state-delivered = delivered
state-failed = failed
state-cancelled = cancelled
state-filtered = filtered
state-held = on hold

cause-guard = Address not allowed
cause-dns = Name not found
cause-refused = Connection refused
cause-unreachable = Unreachable
cause-connect-timeout = Connect time-out
cause-tls = TLS failed
cause-first-byte-timeout = No answer in time
cause-total-timeout = Took too long
cause-reset = Connection lost
cause-malformed = Not HTTP
cause-envelope = Body not made

error-not-found = There is nothing here
error-signed-out = You are signed out
error-forbidden = You cannot do this
error-conflict = That does not work right now
error-gone = This no longer works
error-too-many = Too many tries
error-ours = Something went wrong on our side
error-no-sign-in = You cannot sign in right now
error-not-signed-in = You are not signed in
error-request = We did not understand that
error-home = Back to the start
error-failed = That did not work. Load the page again and try once more.
nowhere-operator = There is no organization yet. Make the first one: everything belongs to one.
