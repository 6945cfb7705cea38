notify-title = Notification Intervals
notify-lead = In percent of the target number of transactions of “{ $plan }”.
notify-row = Condition { $number }
notify-row-remove = Remove condition { $number }
notify-from = At/From %
notify-to = To %
notify-step = % step
notify-hint = For one exact percentage, fill in only “At/From %”. For a range, fill in all three.
notify-add = + Add
notify-at = Notify At
notify-at-none = Enter a percentage to see when webhooks will be called.
notify-at-count = { $count ->
    [one] 1 percentage
   *[other] { $count } percentages
}
notify-range = { $from } to { $to }, every { $step }
notify-list-row = Exactly at { $list } %. This list was set through the API; you can keep it or remove it.
notify-webhooks = Webhooks
notify-webhooks-hint = Choose who is called at each of these percentages.
notify-webhooks-search = Find a webhook
notify-webhooks-more = There are more. Search to find them.
notify-webhooks-none = There is no webhook yet. Create one first, then come back.
notify-webhook-gone = A webhook that was removed
notify-create = Create Notification
notify-save = Save Notification
notify-delete = Delete Notification
notify-delete-title = Delete this notification?
notify-delete-lead = Webhooks will no longer be called at { $targets } of “{ $plan }”.
notify-done-created = The notification was created. It counts from now on.
notify-done-saved = The notification was saved.
notify-done-removed = The notification was deleted.
notify-wrong-empty = Enter a percentage.
notify-wrong-begin = Enter the percentage at which the range begins.
notify-wrong-number = Enter a whole number from 1 to { $most }.
notify-wrong-backwards = The range begins at { $from }%: enter at least that.
notify-wrong-many = That makes { $count } percentages; 1,000 is the most. Take a larger step.
notify-wrong-webhooks = Choose at least one webhook.
