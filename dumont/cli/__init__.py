"""The user's verbs: one file per noun; they know a server only through `dumont.client`."""
