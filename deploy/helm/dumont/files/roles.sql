-- Two roles, and no more rights than each one needs. Run by psql as a superuser inside the product's database, once,
-- before the first migration (Compose and the chart do so); it may be run again, for instance to change a password.
--   dumont_owner  owns the tables: `dumont db upgrade`, and workers, who make and drop the partitions of time
--   dumont_app    reads and writes rows: `dumont web`, the part that strangers can reach. It can't alter or drop a
--                 table, nor switch off the triggers that keep the audit log append-only.
\set ON_ERROR_STOP on
\getenv owner_password DATABASE_OWNER_PASSWORD
\getenv app_password DATABASE_APP_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['dumont_owner', 'dumont_app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE dumont_owner NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE dumont_app NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';

ALTER DATABASE :"DBNAME" OWNER TO dumont_owner;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO dumont_app;
-- The schema goes with the database's owner; in PostgreSQL 15 and newer nobody else may create in it.
ALTER SCHEMA public OWNER TO pg_database_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO dumont_app;

-- What there is, and what migrations will make.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dumont_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO dumont_app;
ALTER DEFAULT PRIVILEGES FOR ROLE dumont_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO dumont_app;
ALTER DEFAULT PRIVILEGES FOR ROLE dumont_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO dumont_app;
