"""grades: definitions, who has which and how that came about, evaluations and what they propose"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0026"
down_revision = "backend_0025"
branch_labels = None
depends_on = None

# Whoever has a grade has it since today: when it was given was not kept.
_STANDING = """
    INSERT INTO member_grade (id, customer_id, code, since, invited)
    SELECT customer_id, customer_id, grade, CURRENT_DATE, {no} FROM customer_facts WHERE grade IS NOT NULL
"""


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "grade",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("name_latin", sa.String(40)),
        sa.Column("rank", sa.Integer(), nullable=False, unique=True),
        sa.Column("top", sa.Boolean(), nullable=False),
        sa.Column("invitation_only", sa.Boolean(), nullable=False),
        sa.Column("spend", sa.BigInteger()),
        sa.Column("visits", sa.Integer()),
        sa.Column("units", sa.Integer()),
        sa.Column("keep_spend", sa.BigInteger()),
        sa.Column("keep_visits", sa.Integer()),
        sa.Column("keep_units", sa.Integer()),
        sa.Column("grace_months", sa.Integer(), nullable=False),
        sa.Column("gift_points", sa.BigInteger()),
        sa.Column("gift_unit_id", Id(), sa.ForeignKey("business_unit.id")),
        sa.Column("gift_months", sa.Integer()),
    )
    op.create_table(
        "grade_programme",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("falls", sa.String(10), nullable=False),
        sa.Column("monthly", sa.String(10), nullable=False),
    )
    op.create_table(
        "grade_evaluation",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("after", Id()),
        sa.Column("counts", Json(), nullable=False),
        sa.Column("moves", Json(), nullable=False),
        sa.Column("ladder", Json(), nullable=False),
        sa.Column("asked_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("applied_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("alive_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
    )
    _of_members()
    op.execute(_STANDING.format(no="0" if op.get_bind().dialect.name == "sqlite" else "false"))


def _of_members() -> None:
    op.create_table(
        "member_grade",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("owner_id", Id()),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("grace_until", sa.Date()),
        sa.Column("invited", sa.Boolean(), nullable=False),
        sa.Column("invited_until", sa.Date()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_member_grade_customer", "member_grade", ["customer_id"])
    op.create_table(
        "grade_change",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("owner_id", Id()),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("from_code", sa.String(20)),
        sa.Column("to_code", sa.String(20), nullable=False),
        sa.Column("spend", sa.BigInteger()),
        sa.Column("visits", sa.Integer()),
        sa.Column("units", sa.Integer()),
        sa.Column("until", sa.Date()),
        sa.Column("gift_points", sa.BigInteger()),
        sa.Column("reason", sa.String(200)),
        sa.Column("evaluation_id", Id(), sa.ForeignKey("grade_evaluation.id")),
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id")),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_grade_change_customer", "grade_change", ["customer_id", "changed_at", "id"])
    op.create_index("ix_grade_change_at", "grade_change", ["changed_at"])
    op.create_table(
        "grade_proposal",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("evaluation_id", Id(), sa.ForeignKey("grade_evaluation.id"), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("owner_id", Id()),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("from_code", sa.String(20)),
        sa.Column("to_code", sa.String(20), nullable=False),
        sa.Column("grace_until", sa.Date()),
        sa.Column("spend", sa.BigInteger(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
    )
    op.create_index("ix_grade_proposal_evaluation", "grade_proposal", ["evaluation_id", "id"])
    op.create_index("ix_grade_proposal_customer", "grade_proposal", ["customer_id"])


def downgrade() -> None:
    """Take this revision back."""
    for name in ("grade_proposal", "grade_change", "member_grade", "grade_evaluation", "grade_programme", "grade"):
        op.drop_table(name)
