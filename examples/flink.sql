-- Which partitions each member gained, from a topic with one type of event: a pipeline with `on: rebalance`, or
-- `routes: koff.{type}`. Needs Flink 2.2, flink-connector-kafka and flink-sql-avro-confluent-registry.
CREATE TABLE rebalances (
  id STRING,
  `group` STRING,
  `time` TIMESTAMP(3),
  -- Flink cannot read an Avro enum as a STRING, so the severity comes from its header.
  headers MAP<STRING, BYTES> METADATA VIRTUAL,
  data ROW<
    epochBefore INT,
    epochAfter INT,
    memberCount INT,
    durationMs BIGINT,
    changes ARRAY<ROW<
      memberId STRING,
      clientId STRING,
      gained ARRAY<ROW<topic STRING, topicId STRING, subtopology STRING, partitions ARRAY<INT>>>,
      lost ARRAY<ROW<topic STRING, topicId STRING, subtopology STRING, partitions ARRAY<INT>>>>>>
) WITH (
  'connector' = 'kafka',
  'topic' = 'koff.rebalance',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'avro-confluent',
  'avro-confluent.url' = 'http://localhost:8081/apis/ccompat/v7'
);

SELECT id, `group`, `time`, severity, epochAfter, changed.memberId, gain.topic, gain.topicId, gained.number
FROM (SELECT id, `group`, `time`, CAST(headers['ce_severitytext'] AS STRING) AS severity, data.epochAfter, data.changes
  FROM rebalances)
CROSS JOIN UNNEST(changes) AS changed (memberId, clientId, gained, lost)
CROSS JOIN UNNEST(gained) AS gain (topic, topicId, subtopology, partitions)
CROSS JOIN UNNEST(partitions) AS gained (number);
