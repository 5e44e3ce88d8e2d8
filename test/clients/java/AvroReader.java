import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic of Avro messages in Confluent's wire format from its beginning, without a group. */
final class AvroReader implements Actor {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroDecoder decoder;

  AvroReader(Map<String, Object> config, JsonNode request) {
    decoder = new AvroDecoder(request.get("registry").asText());
    consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    String topic = request.get("topic").asText();
    List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** One message; `value` as JSON, with unions unwrapped, int64 as JSON numbers of any size. */
  record Message(
      int partition, long offset, long timestamp, long readAt, String key, Map<String, String> headers, JsonNode value) {}

  @Override
  public synchronized Object run(String op, JsonNode request) throws Exception {
    return switch (op) {
      case "read" -> read(request.get("count").asInt(), request.get("forMs").asLong());
      case "close" -> {
        consumer.close();
        yield null;
      }
      default -> throw new IllegalArgumentException("an Avro reader can't " + op);
    };
  }

  /** The next messages: until there are `count`, or the time is over. Those of one partition are in order. */
  private List<Message> read(int count, long withinMs) throws Exception {
    List<Message> messages = new ArrayList<>();
    long deadline = System.currentTimeMillis() + withinMs;
    while (messages.size() < count && System.currentTimeMillis() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) messages.add(decode(record));
    }
    return messages;
  }

  private Message decode(ConsumerRecord<byte[], byte[]> record) throws Exception {
    Map<String, String> headers = new TreeMap<>();
    for (Header header : record.headers()) headers.put(header.key(), text(header.value()));
    JsonNode value = decoder.decode(record.value());
    long readAt = System.currentTimeMillis();
    return new Message(record.partition(), record.offset(), record.timestamp(), readAt, text(record.key()), headers, value);
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
