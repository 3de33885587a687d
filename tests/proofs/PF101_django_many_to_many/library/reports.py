"""Tags by book."""

from library.models import Book


def tags_of_books() -> list[list[str]]:
    books = Book.objects.all().order_by("pk")
    return [sorted(tag.name for tag in book.tags.all()) for book in books]
