"""What Alembic runs, with the connection of `apply.upgrade`; there is no configuration file to run it from."""

from alembic import context

from xmpp_agent.edges.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
