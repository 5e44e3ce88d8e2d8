import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic of Avro messages in Confluent's wire format (a zero byte, the schema's id as int32, the datum) from its
 * beginning, without a group, with Avro's own reader and the schema that the registry holds under that id.
 */
final class AvroReader implements Actor {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String registry;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, Schema> schemas = new HashMap<>();

  AvroReader(Map<String, Object> config, JsonNode request) {
    registry = request.get("registry").asText();
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
    ByteBuffer bytes = ByteBuffer.wrap(record.value());
    if (bytes.get() != 0) throw new IllegalArgumentException("not in Confluent's wire format: offset " + record.offset());
    Schema schema = schema(bytes.getInt());
    var decoder = DecoderFactory.get().binaryDecoder(record.value(), bytes.position(), bytes.remaining(), null);
    Object datum = new GenericDatumReader<>(schema).read(null, decoder);
    if (!decoder.isEnd()) throw new IllegalArgumentException("bytes left over at offset " + record.offset());
    Map<String, String> headers = new TreeMap<>();
    for (Header header : record.headers()) headers.put(header.key(), text(header.value()));
    JsonNode value = Clients.JSON.readTree(GenericData.get().toString(datum));
    long readAt = System.currentTimeMillis();
    return new Message(record.partition(), record.offset(), record.timestamp(), readAt, text(record.key()), headers, value);
  }

  private Schema schema(int id) throws Exception {
    Schema known = schemas.get(id);
    if (known != null) return known;
    URI uri = URI.create(registry + "/schemas/ids/" + id);
    HttpRequest get = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
    HttpResponse<String> response = http.send(get, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) throw new IllegalStateException(uri + ": HTTP " + response.statusCode());
    Schema schema = new Schema.Parser().parse(Clients.JSON.readTree(response.body()).get("schema").asText());
    schemas.put(id, schema);
    return schema;
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
