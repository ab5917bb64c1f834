-- The rules: which label a pair of scores gets. Every pair stands here once, so an account can neither fall
-- through nor get two labels. value_score is the mean of frequency and monetary score, halves rounded up.
CREATE TABLE segment_rule (
  recency_score integer NOT NULL CHECK (recency_score BETWEEN 1 AND 5),
  value_score integer NOT NULL CHECK (value_score BETWEEN 1 AND 5),
  label text COLLATE "C" NOT NULL CHECK (label IN (
    'CHAMPIONS', 'LOYAL', 'PROMISING', 'RECENT', 'NEEDS_ATTENTION', 'AT_RISK', 'CANNOT_LOSE', 'FADING', 'LOST'
  )),
  PRIMARY KEY (recency_score, value_score),
  UNIQUE (recency_score, value_score, label)
);

INSERT INTO segment_rule (recency_score, value_score, label) VALUES
  (5, 1, 'RECENT'), (5, 2, 'RECENT'),          (5, 3, 'PROMISING'),       (5, 4, 'CHAMPIONS'),   (5, 5, 'CHAMPIONS'),
  (4, 1, 'RECENT'), (4, 2, 'RECENT'),          (4, 3, 'PROMISING'),       (4, 4, 'CHAMPIONS'),   (4, 5, 'CHAMPIONS'),
  (3, 1, 'FADING'), (3, 2, 'NEEDS_ATTENTION'), (3, 3, 'NEEDS_ATTENTION'), (3, 4, 'LOYAL'),       (3, 5, 'LOYAL'),
  (2, 1, 'FADING'), (2, 2, 'FADING'),          (2, 3, 'AT_RISK'),         (2, 4, 'AT_RISK'),     (2, 5, 'AT_RISK'),
  (1, 1, 'LOST'),   (1, 2, 'LOST'),            (1, 3, 'LOST'),            (1, 4, 'CANNOT_LOSE'), (1, 5, 'CANNOT_LOSE');

-- One row per account. The foreign key holds the label to the rules.
CREATE TABLE account_segment (
  id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^A-[0-9]{5}$'),
  label text COLLATE "C" NOT NULL,
  as_of date NOT NULL,
  recency_days integer NOT NULL CHECK (recency_days >= 1),
  frequency integer NOT NULL CHECK (frequency >= 1),
  monetary numeric(14, 4) NOT NULL CHECK (monetary >= 0),
  recency_score integer NOT NULL,
  frequency_score integer NOT NULL CHECK (frequency_score BETWEEN 1 AND 5),
  monetary_score integer NOT NULL CHECK (monetary_score BETWEEN 1 AND 5),
  value_score integer NOT NULL GENERATED ALWAYS AS ((frequency_score + monetary_score + 1) / 2) STORED,
  FOREIGN KEY (recency_score, value_score, label) REFERENCES segment_rule (recency_score, value_score, label)
);

-- One index per sort, ending in the id, so that a page starts where the cursor points.
CREATE INDEX account_segment_by_label ON account_segment (label, id);
CREATE INDEX account_segment_by_recency ON account_segment (recency_days, id);
CREATE INDEX account_segment_by_frequency ON account_segment (frequency, id);
CREATE INDEX account_segment_by_monetary ON account_segment (monetary, id);

GRANT SELECT ON segment_rule, account_segment TO segments;
