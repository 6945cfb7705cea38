settings-organization = Organization
settings-members = Members and roles
settings-tokens = API tokens
settings-links = Portal links
settings-audit = Audit log
settings-storage = Storage
settings-account = My account
settings-done-saved = Saved.
settings-done-added = Added. They can use it from now on.
settings-done-role = The role is changed.
settings-done-removed = Removed.
settings-done-revoked = Revoked. It no longer works.
settings-done-password = Your password is changed. Other browsers are signed out.
settings-done-ended = Signed out there.
choose-one = Choose one of these.
made = Created
revoke = Revoke
revoked = Revoked
ended = Expired
time-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
time-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
time-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

role = Role
role-viewer = Viewer
role-editor = Editor
role-admin = Admin
role-viewer-hint = Sees everything but secrets.
role-editor-hint = Also changes webhooks, sends again, and posts events.
role-customer-hint = Also changes webhooks and sends again what failed.
role-admin-hint = Also changes these settings, and decides who may come in.
role-none = Choose a role.

once-title = Copy this now
once-warning = This is shown only once. Keep it somewhere safe before you go on.
once-done = Done

organization-slug = In URLs and in the API it is called
organization-name = Name
organization-profile = Default profile
organization-profile-hint = How new webhooks behave when they name no profile of their own, and what these pages call things. Webhooks that exist keep theirs.
organization-strict = Only event types from the catalogue
organization-strict-hint = An event of any other type is refused, so a typo is noticed at once.
organization-delete = Delete organization
organization-delete-hint = It goes with everything in it. There is no way back.
organization-delete-lead = Webhooks, events, the log, tokens and portal links are deleted. Nothing more is sent from now on. There is no way back.
organization-delete-type = Type “{ $slug }” to confirm
organization-delete-wrong = That is not its name in URLs. Type it exactly as shown.

members-lead = People who sign in here, and what each of them may do. Whoever runs the server reaches every organization without being a member.
members-provider = Those who sign in with your company account may get their role from its groups.
members-none = Nobody is a member yet
members-none-lead = Add the people who should look after webhooks here.
member = Member
member-name = Name
member-name-hint = For somebody new; their email address, if left empty.
member-add = Add a member
member-add-hint = Somebody who is new gets a link to choose a password, which you hand over.
member-role = Change role
member-role-title = What may { $name } do?
member-role-lead = A change signs them out; they sign in again with the new role.
member-role-you = This is you. With a smaller role you cannot come back to this page; only another admin can change it again.
member-remove-title = Remove { $name }?
member-remove-lead = { $email } can no longer come in here and is signed out. What they did stays in the audit log.
member-remove-you = This is you. You are signed out, and only another admin can let you back in.
member-link = New password link
member-link-lead = With this link { $email } chooses a password. It works once, for three days; earlier links stop working.
member-you = You
member-operator = Runs the server
member-disabled = May not sign in
member-waits = Has not chosen a password
member-by-group = Role from company account

tokens-lead = Programs call the API with these. Each has a role, like a person.
tokens-none = No tokens yet
tokens-none-lead = Create one for the program that posts your events.
token = Token
token-end = Expires
token-endless = Never
token-used = Last used
token-create = Create token
token-create-hint = Give each program its own, so that one can be revoked without the others.
token-name = Name
token-name-hint = What it is used for.
token-lasts = Expires after
token-once-lead = Programs show “{ $name }” with the header Authorization.
token-example = For example:
token-revoke-title = Revoke “{ $name }”?
token-revoke-lead = Programs that use it are refused from now on.

links-lead = A link lets a customer into their own webhooks, without a password. It works once.
links-none = No portal links yet
links-none-lead = Your own server usually asks the API for one whenever a customer opens their webhooks. Here you can make one by hand.
link-for = Customer
link-for-hint = Whom it is for. Changes made through it are signed with this name.
link-create = Create portal link
link-create-hint = Send it to the customer, or open it in your own product.
link-channels = Only about
link-channels-hint = They see and change only what is about these. Leave it empty, and they see everything.
link-everything = everything
link-works = Works for
link-works-hint = The time until it has to be opened.
link-session = Stays signed in for
link-origins = May be embedded by
link-origins-hint = Origins of pages that show the portal in a frame, one per line. Your server has to be reached over https.
link-open = Not opened yet
link-used = Opened
link-once-lead = Send it to the customer. It works once and expires { $until }.
link-revoke-title = Revoke this link?
link-revoke-lead = It no longer opens, and whoever came in through it is signed out.

account-you = About you
account-language-browser = As the browser says
account-password = Change password
account-password-hint = Every other browser is signed out when you change it.
account-no-password = You sign in with your company account and have no password here.
account-password-now = Current password
account-password-new = New password
account-password-rule = At least 10 characters. A few uncommon words are long and easy to keep in mind.
account-sessions = Where you are signed in
account-sessions-hint = If you do not recognise one, end it and change your password.
account-everywhere = Sign out everywhere
account-everywhere-lead = You are signed out in every browser, this one included.
session-with = Browser
session-since = Since
session-seen = Last seen
session-here = This browser
session-end = End
session-unknown = Unknown program

audit-lead = Who changed what, and what it was before and after.
audit-export = Download
audit-actor = By
audit-what = What
audit-none = No change fits these filters.
audit-jobs = Bulk resends
audit-developer-plans = Rate plans of developers
audit-conditions = Notifications of rate plans
audit-by-link = portal link
audit-by-console = command line
audit-by-system = Bellwire itself
audit-before = Before:
audit-after = After:
audit-changes = { $count ->
    [one] { $count } field
   *[other] { $count } fields
}

storage-what = What takes how much space
storage-lead = Of all organizations together; estimated.
storage-total = In all
storage-store = Kept in
storage-oldest = Oldest event
storage-newest = Newest event
storage-kind = What
storage-share = Share
storage-size = Size
storage-count = How many
stored-events = Events
stored-payloads = Payloads
stored-deliveries = Deliveries
stored-attempts = Attempts
stored-indexes = Indexes and the rest
stored-free = Free
retention = How long things are kept
retention-lead = Set in the server’s configuration; what is older goes by itself.
retention-what = What
retention-kept = Kept for
retention-setting = Setting
retention-for-ever = For ever
retention-as-event = As long as the event

settings-appearance = Appearance
appearance-lead = Your colour and your logo on these pages, also for customers who come through a portal link.
appearance-accent = Colour
appearance-accent-hint = Six digits behind a #, such as #0b6e4f. Where it could not be read, a darker or lighter shade is used. Leave it empty for ours.
appearance-logo = Logo
appearance-logo-now = The logo as it is
appearance-logo-hint = PNG, JPEG or WebP of at most 64 KiB. A wide one with a transparent background looks best.
appearance-no-logo = Remove the logo

organizations = Organizations
organizations-find = Find an organization
organizations-new = New organization
organizations-new-lead = Everything belongs to an organization: webhooks, events, people and tokens.
organizations-slug = Short name
organizations-slug-hint = For URLs and the API: lower-case letters, digits and hyphens. It cannot be changed later.
organizations-name-hint = As people read it; the short name, if left empty.
organizations-search = Name or short name
organizations-none = No organization yet
organizations-not-found = No name contains that.
organizations-webhooks = Webhooks
organizations-deleted = Deleted. What was in it is being removed.
as-link = You are looking at this as a customer would, through the portal link for
as-back = Continue as
signed-out-framed = Go back to where you came from, and open this again from there when you need it.
form-stale = Somebody has changed this since you opened it. What you typed is below and not saved yet: save again to replace the other change.
