import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A consumer of the clean topic with Kafka's client and Apache Avro, nothing else: one line for each event. Where Confluent's
 * KafkaAvroDeserializer is at hand, it takes the place of {@code decode}.
 *
 * <p>{@code java -cp 'libs/*' examples/CleanTopicConsumer.java localhost:9092 http://localhost:8081/apis/ccompat/v7 koff.events}, where libs
 * holds org.apache.kafka:kafka-clients and org.apache.avro:avro with what they need.
 */
public final class CleanTopicConsumer {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Integer, Schema> SCHEMAS = new HashMap<>();

  public static void main(String[] args) throws Exception {
    String registry = args[1];
    Map<String, Object> config = Map.of(
        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0],
        ConsumerConfig.GROUP_ID_CONFIG, "clean-topic-example-java",
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
        // koff writes in transactions: what was aborted is written again, and only readers of what is committed see it once.
        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(args[2]));
      while (true) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          GenericRecord event = decode(record.value(), registry);
          System.out.println(event.get("id") + " " + record.key() + " " + event.get("type") + " " + event.get("data"));
        }
      }
    }
  }

  /** Confluent's wire format: a zero byte, the schema's id, the datum. */
  private static GenericRecord decode(byte[] value, String registry) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    if (bytes.get() != 0) throw new IllegalArgumentException("not Avro of a schema registry");
    int id = bytes.getInt();
    Schema schema = SCHEMAS.get(id);
    if (schema == null) {
      HttpRequest get = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build();
      String body = HTTP.send(get, HttpResponse.BodyHandlers.ofString()).body();
      schema = new Schema.Parser().parse(JSON.readTree(body).get("schema").asText());
      SCHEMAS.put(id, schema);
    }
    var decoder = DecoderFactory.get().binaryDecoder(value, bytes.position(), bytes.remaining(), null);
    return new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
  }
}
