"""What is due by the rows, and when the next thing may be: a turn for nothing would only take time."""

from sqlalchemy import text

_MOVING = """
    SELECT FROM fleet_rentals r WHERE stage IN ('creating', 'booting', 'running', 'ending') OR absences > 0
        OR (wanted = 'stopped' AND stage = 'ready')
"""
DUE = text(f"""
    SELECT
        EXISTS (SELECT FROM fleet_instances WHERE state <> 'destroyed' AND look_at <= :now),
        EXISTS (
            SELECT FROM fleet_rentals WHERE stage <> 'ended' AND look_at <= :now
                AND (claimed_until IS NULL OR claimed_until <= :now)
        ),
        EXISTS (
            SELECT FROM fleet_accounts a WHERE (claimed_until IS NULL OR claimed_until <= :now) AND (
                list_at <= :now OR (failures = 0 AND listed_at + :often <= :now AND EXISTS ({_MOVING}))
            )
        ),
        EXISTS (SELECT FROM pgqueuer WHERE entrypoint LIKE 'snapshots.verify%')
""")
"""Instances to think about, rentals to act on, accounts to list, snapshots to verify. There is one account."""

NEXT = text(f"""
    SELECT least(
        (SELECT min(look_at) FROM fleet_instances WHERE state <> 'destroyed'),
        (SELECT min(greatest(look_at, claimed_until)) FROM fleet_rentals WHERE stage <> 'ended'),
        (SELECT min(greatest(list_at, claimed_until)) FROM fleet_accounts),
        CASE WHEN EXISTS ({_MOVING}) THEN CAST(:now AS timestamptz) + interval '8 seconds' END,
        CAST(:now AS timestamptz) + interval '60 seconds'
    )
""")
