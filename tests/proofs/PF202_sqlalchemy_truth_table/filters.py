"""Questions that are answered in Python over all rows: each row of the rule's translation table."""

from models import Sample
from sqlalchemy import select
from sqlalchemy.orm import Session


def flag_is_true(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.flag]


def flag_is_not_true(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if not sample.flag]


def sure(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.sure]


def not_sure(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if not sample.sure]


def has_text(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.text]


def has_no_text(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if not sample.text]


def has_number(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.number]


def text_is_null(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if sample.text is None]


def number_is_not_null(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.number is not None]


def number_is_five(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if sample.number == 5]


def text_is_a(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.text == "a"]


def number_is_not_five(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if sample.number != 5]


def text_is_not_a(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.text != "a"]


def word_is_not_a(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if sample.word != "a"]


def size_below_five(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.size < 5]


def size_at_most_one(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if sample.size <= 1]


def size_above_one(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.size > 1]


def size_at_least_one(session: Session) -> list[int]:
    return [sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if sample.size >= 1]


def number_guarded_by_truth(session: Session) -> list[int]:
    return [
        sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.number and sample.number > 3
    ]


def number_guarded_by_none(session: Session) -> list[int]:
    return [
        sample.id
        for sample in session.scalars(select(Sample).order_by(Sample.id)).all()
        if sample.number is not None and sample.number > 0
    ]


def number_in_list(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.number in (0, 5)]


def number_not_in_list(session: Session) -> list[int]:
    return [
        sample.id for sample in session.scalars(select(Sample).order_by(Sample.id)).all() if sample.number not in (0, 5)
    ]


def word_not_in_list(session: Session) -> list[int]:
    return [sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.word not in ("a", "b")]


def both(session: Session) -> list[int]:
    return [
        sample.id
        for sample in session.scalars(select(Sample).order_by(Sample.id)).all()
        if sample.flag and sample.text == "a"
    ]


def either(session: Session) -> list[int]:
    return [
        sample.id for sample in session.query(Sample).order_by(Sample.id).all() if sample.flag or sample.number == 0
    ]


def neither(session: Session) -> list[int]:
    return [
        sample.id
        for sample in session.scalars(select(Sample).order_by(Sample.id)).all()
        if not sample.flag and not sample.text
    ]


def not_both_where_nothing_is_null(session: Session) -> list[int]:
    return [
        sample.id for sample in session.query(Sample).order_by(Sample.id).all() if not (sample.sure and sample.size > 1)
    ]


def number_is(session: Session, wanted: int | None) -> list[int]:
    samples = session.query(Sample).order_by(Sample.id).all()
    return [sample.id for sample in samples if sample.number == wanted]


def number_is_not(session: Session, wanted: int | None) -> list[int]:
    found = []
    for sample in session.scalars(select(Sample).order_by(Sample.id)).all():
        if sample.number != wanted:
            found.append(sample.id)
    return found
