"""Events with fastavro and confluent-kafka's plain consumer: pip install -r examples/python/requirements.txt

KOFF_BROKERS=localhost:9092 SCHEMA_REGISTRY_URL=http://localhost:8081/apis/ccompat/v7 python examples/python/fastavro_consumer.py
"""
import io
import json
import os
import urllib.request
from datetime import datetime, timedelta, timezone

import fastavro
from confluent_kafka import Consumer

registry = os.environ.get("SCHEMA_REGISTRY_URL", "http://localhost:8081/apis/ccompat/v7")
schemas = {}


def decode(value):
    """A zero byte, the id of the schema in four bytes, the record."""
    schema_id = int.from_bytes(value[1:5], "big")
    if schema_id not in schemas:
        with urllib.request.urlopen(f"{registry}/schemas/ids/{schema_id}") as answer:
            schemas[schema_id] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), schemas[schema_id])


def millis(time: datetime):
    return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


consumer = Consumer({
    "bootstrap.servers": os.environ.get("KOFF_BROKERS", "localhost:9092"),
    "group.id": os.environ.get("GROUP", "events-example-fastavro"),
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",  # the default of librdkafka
})
consumer.subscribe([os.environ.get("TOPIC", "koff.events")])
while (message := consumer.poll(60)) is not None:
    if message.error() is None:
        print(json.dumps(decode(message.value()), default=millis), flush=True)
