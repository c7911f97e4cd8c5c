"""What all tables share: the metadata they register in, and the type of a generated id.

A moment is a Float: seconds since the epoch, UTC. SQLite and PostgreSQL compare and calculate with it alike.
"""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Counter = BigInteger().with_variant(Integer, "sqlite")
"""An id that the database generates. SQLite generates one only for INTEGER, its alias of the row id."""
