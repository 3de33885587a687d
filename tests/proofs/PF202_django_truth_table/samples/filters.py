"""Questions that are answered in Python over all rows: each row of the rule's translation table."""

from samples.models import Sample


def flag_is_true() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.flag]


def flag_is_not_true() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if not sample.flag]


def sure() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.sure]


def not_sure() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if not sample.sure]


def has_text() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.text]


def has_no_text() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if not sample.text]


def has_number() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number]


def text_is_null() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.text is None]


def number_is_not_null() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number is not None]


def number_is_five() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number == 5]


def text_is_a() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.text == "a"]


def number_is_not_five() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number != 5]


def text_is_not_a() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.text != "a"]


def word_is_not_a() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.word != "a"]


def size_below_five() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.size < 5]


def size_at_most_one() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.size <= 1]


def size_above_one() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.size > 1]


def size_at_least_one() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.size >= 1]


def number_guarded_by_truth() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number and sample.number > 3]


def number_guarded_by_none() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number is not None and sample.number > 0]


def number_in_list() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number in (0, 5)]


def number_not_in_list() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.number not in (0, 5)]


def word_not_in_list() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.word not in ("a", "b")]


def both() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.flag and sample.text == "a"]


def either() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if sample.flag or sample.number == 0]


def neither() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if not sample.flag and not sample.text]


def not_both() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if not (sample.flag and sample.text == "a")]


def not_either() -> list[int]:
    return [sample.pk for sample in Sample.objects.order_by("pk") if not (sample.flag or sample.number == 5)]


def number_is(wanted: int | None) -> list[int]:
    samples = Sample.objects.order_by("pk")
    return [sample.pk for sample in samples if sample.number == wanted]


def number_is_not(wanted: int | None) -> list[int]:
    found = []
    for sample in Sample.objects.order_by("pk"):
        if sample.number != wanted:
            found.append(sample.pk)
    return found
