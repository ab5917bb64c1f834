-- What is known of a product is on what terms it gives access; "governance" are the rules about classes.
ALTER TABLE access_product RENAME COLUMN governance TO terms;

-- Whoever looks first records what time has done to a request; each step is recorded once.
CREATE UNIQUE INDEX access_event_once ON access_event (request_id, action)
  WHERE action IN ('reminded', 'escalated', 'unanswered');
CREATE INDEX access_request_waiting ON access_request (created_at) WHERE state = 'requested';

-- By the caller, as the API looks them up.
CREATE INDEX access_request_caller ON access_request (issuer, subject, created_at);
CREATE INDEX access_grant_caller ON access_grant (issuer, subject, starts_at);

ALTER TABLE access_request
  -- Whether its caller was known to be a partner's when it was made.
  ADD COLUMN partner boolean NOT NULL DEFAULT false,
  -- Link to what was agreed with them.
  ADD COLUMN agreement text CHECK (agreement LIKE 'https://%');

-- Steps that time has taken and that were told to those who watch; each is told once, whoever recorded it.
CREATE TABLE access_told (
  event_id bigint PRIMARY KEY
);
CREATE INDEX access_event_to_tell ON access_event (at)
  WHERE action IN ('reminded', 'escalated', 'unanswered', 'review due', 'lapsed');
