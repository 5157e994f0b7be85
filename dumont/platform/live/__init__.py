"""Live updates: what was committed is shown to whoever watches, over one WebSocket.

How nothing is lost
-------------------
An event is a row of the outbox, inserted by the transaction that caused it. Ids are given out at the insert, commits
come later and in another order, so "everything with a greater id than the last one I saw" would miss an event whose
transaction began early and committed late. Two more columns make it right. `xid` is the transaction that wrote the
event; `horizon` is the oldest transaction that was still running anywhere when it was written. Transaction numbers only
grow, and all below the horizon had ended before the event was written, hence before it was committed:

    whatever commits after event E has  xid >= E.horizon                                                      (1)

**Live.** Each event is announced by NOTIFY in its own transaction. PostgreSQL hands announcements to every listening
connection after the commit and in the order of commits. A hub reads the announced rows in that order, so by (1) it has
seen, once E has been announced, everything below `E.horizon`; the greatest horizon announced so far is its `floor`.

**The listening connection broke.** The hub listens again first, then reads all with `xid >= floor`. What had been
announced lies below the floor or is remembered by id; what commits during the reading is announced on the new
connection. Nothing falls in between, and what comes both ways is recognised by its id.

**A reader comes back** and names the last event E that it was shown. It joins its topics first, while what is live
collects behind a held gate; then everything on those topics with `xid >= E.horizon` is read and shown in the order of
(xid, id); then the gate opens, less what the reading has shown. What committed before the reading is in it by (1);
what committed later reached the gate, for it was joined before. It doesn't matter which hub showed E, nor whether E
itself was shown live or in such a reading cut off half-way: all that comes later in that order has
`xid >= E.xid >= E.horizon`. A reader may thus see again what it had seen before E, and drops it by id.

**Too far back.** Events are kept for some days; replays are bounded, and so is a slow reader's buffer. Beyond that the
reader is told to reload the topic, which is always right because an event is news of a state that can be asked for.
For the same reason a reader that was shown nothing before its connection broke has no event to name, and reloads.

The `xid`s belong to one PostgreSQL cluster: events must not be carried over into another one.
"""
