"""What is bought together and next, counted in the database.

A member counts once, however often she buys: the share of an article's buyers who take another one with it is the mean
over them of how many of their days with the one had the other. Two baskets of a day are one, as everywhere in insight.
All of it is whole numbers (of ten thousandths), so that both databases and a plain computation come to the same.

The counting needs tables of its own, which nobody else sees (temporary ones of the connection) and which go with its
transaction; it writes nothing else. Pairs are counted for some of the articles at a time, so that what is held at once
does not grow with the house.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, bindparam, text

from backend.core.db import db
from backend.core.types import Id
from backend.insight.offers.rules import Kind, Partner
from backend.organization import unshared_stores

if TYPE_CHECKING:
    from datetime import date

WINDOW: Final = timedelta(days=400)
"""How far back purchases count: a year, and the season that it began with."""
LEAST_MEMBERS: Final = 5
"""What fewer members did is chance, and might point to one of them."""
LEAST_LIFT: Final = 120
"""How much oftener than on any day the other article is bought, in hundredths."""
KEPT: Final = 4
"""Partners that an article keeps of each kind."""
MOST_BOUGHT: Final = 8
"""Articles that a business unit keeps as its most bought ones."""
ITEMS_OF_A_DAY: Final = 30
"""Of a longer day the first ones count: pairs grow with its square."""
_PAIRS_AT_ONCE: Final = 20_000_000


class Whose(NamedTuple):
    """The id of an article or a business unit, and "sku:" or "unit:" with its code."""

    id: str
    key: str


_tables = MetaData()


def _temporary(name: str, **columns: type[BigInteger | Id | Integer]) -> Table:
    return Table(name, _tables, *(Column(each, kind()) for each, kind in columns.items()), prefixes=["TEMPORARY"])


_SALES = _temporary("pairing_sale", sale_id=Id, number=BigInteger, member=Integer, visit=Integer)
_ITEMS = _temporary("pairing_item", item=Integer, product_id=Id)
_LINES = _temporary(
    "pairing_line", visit=Integer, member=Integer, item=Integer, times=Integer, followed=Integer, days=Integer
)
_BUYERS = _temporary("pairing_buyers", item=Integer, buyers=BigInteger, revisiting=BigInteger, often=BigInteger)
_PAIRS = _temporary(
    "pairing_pair",
    kind=Integer,
    one=Integer,
    other=Integer,
    members=BigInteger,
    forward=BigInteger,
    backward=BigInteger,
)

# Purchase days of everybody, numbered one after the other: a member's next day has the next number. Read in the order
# of ix_sale_customer; what came back whole is looked up in ix_sale_return_whole.
_FILL_SALES = text(
    """
    INSERT INTO pairing_sale
    SELECT id, row_number() OVER (ORDER BY customer_id, business_day, id),
           dense_rank() OVER (ORDER BY customer_id),
           dense_rank() OVER (ORDER BY customer_id, business_day)
    FROM sale
    WHERE customer_id IS NOT NULL AND business_day > :since AND business_day <= :until
      AND store_id NOT IN :unshared
      AND NOT EXISTS (SELECT 1 FROM sale_return AS back WHERE back.sale_id = sale.id AND back.whole)
    """
).bindparams(bindparam("unshared", expanding=True, type_=Id()))
_FILL_ITEMS = text(
    """
    INSERT INTO pairing_item
    SELECT row_number() OVER (ORDER BY product_id), product_id
    FROM (SELECT DISTINCT line.product_id, sold.member
          FROM pairing_sale AS sold JOIN sale_line AS line ON line.sale_id = sold.sale_id
          WHERE line.product_id IS NOT NULL) AS bought
    GROUP BY product_id HAVING count(*) >= :least
    """
)
# An article stands once in a day, where it came first. `times`: on how many of her days she bought it; `followed`: on
# how many of those that were not her last; `days`: how many she has.
_FILL_LINES = text(
    """
    INSERT INTO pairing_line
    SELECT near.visit, near.member, near.item,
           count(*) OVER her_own,
           sum(CASE WHEN near.visit < life.last THEN 1 ELSE 0 END) OVER her_own,
           life.last - life.first + 1
    FROM (SELECT sold.member, sold.visit, known.item,
                 row_number() OVER (PARTITION BY sold.visit ORDER BY min(sold.number * 10000 + line.position)) AS place
          FROM pairing_sale AS sold
          JOIN sale_line AS line ON line.sale_id = sold.sale_id
          JOIN pairing_item AS known ON known.product_id = line.product_id
          GROUP BY sold.member, sold.visit, known.item) AS near
    JOIN (SELECT member, min(visit) AS first, max(visit) AS last FROM pairing_sale GROUP BY member) AS life
      ON life.member = near.member
    WHERE near.place <= :most
    WINDOW her_own AS (PARTITION BY near.member, near.item)
    """
)
_FILL_BUYERS = text(
    """
    INSERT INTO pairing_buyers
    SELECT item, count(*), sum(CASE WHEN followed > 0 THEN 1 ELSE 0 END), sum(10000 * times / days)
    FROM (SELECT DISTINCT item, member, times, followed, days FROM pairing_line) AS hers
    GROUP BY item
    """
)
_HOW_MANY_PAIRS = text(
    "SELECT coalesce(sum(size * size), 0) FROM (SELECT count(*) AS size FROM pairing_line GROUP BY visit) AS day"
)
# Each pair once, with what it is to either; PostgreSQL joins by hash, SQLite by the index on visits.
_FILL_TOGETHER = text(
    """
    INSERT INTO pairing_pair
    SELECT 0, one, other, count(*), sum(10000 * days / one_times), sum(10000 * days / other_times)
    FROM (SELECT a.item AS one, b.item AS other, a.member, count(*) AS days,
                 min(a.times) AS one_times, min(b.times) AS other_times
          FROM pairing_line AS a JOIN pairing_line AS b ON b.visit = a.visit AND b.item > a.item
          WHERE a.item % :parts = :part
          GROUP BY a.item, b.item, a.member) AS met
    GROUP BY one, other HAVING count(*) >= :least
    """
)
_FILL_NEXT = text(
    """
    INSERT INTO pairing_pair
    SELECT 1, one, other, count(*), sum(10000 * days / one_followed), 0
    FROM (SELECT a.item AS one, b.item AS other, a.member, count(*) AS days, min(a.followed) AS one_followed
          FROM pairing_line AS a
          JOIN pairing_line AS b ON b.visit = a.visit + 1 AND b.member = a.member AND b.item <> a.item
          WHERE a.item % :parts = :part
          GROUP BY a.item, b.item, a.member) AS met
    GROUP BY one, other HAVING count(*) >= :least
    """
)
_BEST = text(
    """
    SELECT article.id, article.sku, partner.sku, best.kind, best.share, best.lift, best.members
    FROM (SELECT near.*, row_number() OVER (PARTITION BY a, kind ORDER BY share DESC, lift DESC, b) AS place
          FROM (SELECT kind, one AS a, other AS b, members,
                       met.often / (10 * CASE WHEN kind = 0 THEN its.buyers ELSE its.revisiting END) AS share,
                       met.often * :everybody * 100
                         / (CASE WHEN kind = 0 THEN its.buyers ELSE its.revisiting END * theirs.often) AS lift
                FROM (SELECT kind, one, other, members, forward AS often FROM pairing_pair
                      UNION ALL
                      SELECT kind, other, one, members, backward FROM pairing_pair WHERE kind = 0) AS met
                JOIN pairing_buyers AS its ON its.item = one
                JOIN pairing_buyers AS theirs ON theirs.item = other) AS near
          WHERE lift >= :least_lift AND share > 0) AS best
    JOIN pairing_item AS one_item ON one_item.item = best.a
    JOIN pairing_item AS other_item ON other_item.item = best.b
    JOIN product AS article ON article.id = one_item.product_id
    JOIN product AS partner ON partner.id = other_item.product_id
    WHERE best.place <= :kept
    ORDER BY best.a, best.kind, best.place
    """
).columns(id=Id())
_MOST_BOUGHT = text(
    """
    SELECT unit.id, unit.code, near.sku, near.share, near.buyers
    FROM (SELECT product.business_unit_id, product.sku, bought.buyers, bought.often / (10 * :everybody) AS share,
                 row_number() OVER (PARTITION BY business_unit_id ORDER BY bought.often DESC, bought.item) AS place
          FROM pairing_buyers AS bought
          JOIN pairing_item AS known ON known.item = bought.item
          JOIN product ON product.id = known.product_id
          WHERE bought.buyers >= :least) AS near
    JOIN business_unit AS unit ON unit.id = near.business_unit_id
    WHERE near.place <= :most
    ORDER BY unit.code, near.place
    """
).columns(id=Id())


def count(until: date) -> dict[Whose, list[Partner]]:
    """The partners by what they belong to, the best of each kind first.

    Must have a transaction to itself that ends with a rollback: it leaves temporary tables there.
    """
    _tables.create_all(db.session.connection())
    _fill(until)
    everybody = db.session.scalar(text("SELECT coalesce(max(member), 0) FROM pairing_sale"))
    if not everybody:
        return {}
    parts = 1 + int(db.session.scalar(_HOW_MANY_PAIRS)) // _PAIRS_AT_ONCE
    for part in range(parts):
        for fill in (_FILL_TOGETHER, _FILL_NEXT):
            db.session.execute(fill, {"parts": parts, "part": part, "least": LEAST_MEMBERS})
    return _found(everybody)


def _fill(until: date) -> None:
    """The sales, articles and days that count."""
    asked = {"since": until - WINDOW, "until": until, "unshared": sorted(unshared_stores())}
    db.session.execute(_FILL_SALES, asked)
    _look_at(_SALES)
    db.session.execute(_FILL_ITEMS, {"least": LEAST_MEMBERS})
    _look_at(_ITEMS)
    db.session.execute(_FILL_LINES, {"most": ITEMS_OF_A_DAY})
    _look_at(_LINES, "visit", "item", "member")
    db.session.execute(_FILL_BUYERS)


def _look_at(table: Table, *index: str) -> None:
    """Have the next statements find their way in a table that was just filled."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text(f"ANALYZE {table.name}"))
    elif index:
        db.session.execute(text(f"CREATE INDEX temp.ix_{table.name} ON {table.name} ({', '.join(index)})"))


def _found(everybody: int) -> dict[Whose, list[Partner]]:
    found: dict[Whose, list[Partner]] = defaultdict(list)
    best = {"everybody": everybody, "least_lift": LEAST_LIFT, "kept": KEPT}
    for row_id, sku, *partner in db.session.execute(_BEST, best):
        found[Whose(row_id, f"sku:{sku}")].append(Partner(*partner))
    most = {"everybody": everybody, "least": LEAST_MEMBERS, "most": MOST_BOUGHT}
    for row_id, code, sku, share, members in db.session.execute(_MOST_BOUGHT, most):
        found[Whose(row_id, f"unit:{code}")].append(Partner(sku, Kind.POPULAR, share, 100, members))
    return found
