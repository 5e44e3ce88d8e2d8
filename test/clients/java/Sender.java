import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer, transactional when its config has a transactional.id. */
final class Sender implements Actor {
  private final KafkaProducer<byte[], byte[]> producer;
  private final Function<String, GroupConsumer> consumers;

  Sender(Map<String, Object> config, Function<String, GroupConsumer> consumers) {
    producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.consumers = consumers;
    if (config.containsKey("transactional.id")) producer.initTransactions();
  }

  @Override
  public synchronized Object run(String op, JsonNode request) throws Exception {
    switch (op) {
      case "send" -> {
        return send(request);
      }
      case "begin" -> producer.beginTransaction();
      case "sendOffsets" -> producer.sendOffsetsToTransaction(
          Read.offsets(request.get("offsets"), request.path("metadata").asText("")), group(request));
      case "commit" -> producer.commitTransaction();
      case "abort" -> producer.abortTransaction();
      case "close" -> producer.close(Duration.ofSeconds(10));
      default -> throw new IllegalArgumentException("a producer can't " + op);
    }
    return null;
  }

  /** A group's name alone is enough for a group that has no members. */
  @SuppressWarnings("removal")
  private ConsumerGroupMetadata group(JsonNode request) throws Exception {
    String consumer = Read.text(request, "consumer");
    return consumer == null
        ? new ConsumerGroupMetadata(request.get("group").asText())
        : consumers.apply(consumer).groupMetadata();
  }

  /** Resolves when the brokers have all of them; the highest offset. */
  private long send(JsonNode request) throws Exception {
    String topic = request.get("topic").asText();
    Integer partition = request.has("partition") ? request.get("partition").asInt() : null;
    Long timestamp = request.has("timestamp") ? request.get("timestamp").asLong() : null;
    byte[] key = bytes(Read.text(request, "key"));
    byte[] value = bytes(Read.text(request, "value"));
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < request.get("count").asInt(); i += 1) {
      sent.add(producer.send(new ProducerRecord<>(topic, partition, timestamp, key, value)));
    }
    producer.flush();
    long highest = -1;
    for (Future<RecordMetadata> future : sent) highest = Math.max(highest, future.get().offset());
    return highest;
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
