"""Columns that may be NULL beside columns that may not; declared for 1.4 and 2.x."""

from sqlalchemy import Boolean, Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Sample(Base):
    __tablename__ = "samples"

    id = Column(Integer, primary_key=True)
    flag = Column(Boolean)
    text = Column(String(10))
    number = Column(Integer)
    sure = Column(Boolean, nullable=False)
    word = Column(String(10), nullable=False)
    size = Column(Integer, nullable=False)
