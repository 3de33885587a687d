"""100 books with 2 of 5 tags each."""

from counting.django_database import start
from counting.report import report

counters = start("library")

from library import reports  # noqa: E402
from library.models import Book, Tag  # noqa: E402

tags = Tag.objects.bulk_create([Tag(name=f"t{n}") for n in range(5)])
books = Book.objects.bulk_create([Book(title=f"b{n}") for n in range(100)])
links = [(book.pk, tags[(book.pk + k) % 5].pk) for book in books for k in range(2)]
Book.tags.through.objects.bulk_create([Book.tags.through(book_id=book, tag_id=tag) for book, tag in links])
counters.reset()
result = reports.tags_of_books()
report(result, queries=counters.queries, rows=counters.rows)
