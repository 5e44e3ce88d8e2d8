"""Events with confluent-kafka and its deserializer: pip install -r examples/python/requirements.txt

KOFF_BROKERS=localhost:9092 SCHEMA_REGISTRY_URL=http://localhost:8081/apis/ccompat/v7 python examples/python/confluent_consumer.py
"""
import json
import os
from datetime import datetime, timedelta, timezone

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def millis(time: datetime):
    return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


registry = SchemaRegistryClient({"url": os.environ.get("SCHEMA_REGISTRY_URL", "http://localhost:8081/apis/ccompat/v7")})
# Without a schema of its own it reads each record with the schema that it was written with: any type of event.
deserialize = AvroDeserializer(registry)
consumer = Consumer({
    "bootstrap.servers": os.environ.get("KOFF_BROKERS", "localhost:9092"),
    "group.id": os.environ.get("GROUP", "events-example-confluent"),
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",  # the default of librdkafka
})
consumer.subscribe([os.environ.get("TOPIC", "koff.events")])
while (message := consumer.poll(60)) is not None:
    if message.error() is None:
        event = deserialize(message.value(), SerializationContext(message.topic(), MessageField.VALUE))
        print(json.dumps(event, default=millis), flush=True)
