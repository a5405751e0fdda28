"""How Alembic runs our migrations: on the connection that the gradebook has open, in its transaction."""

from alembic import context

from grader.gradebook.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot change a table in place
    transaction_per_migration=False,
)
context.run_migrations()
