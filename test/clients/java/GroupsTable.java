import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/** A GlobalKTable of Kafka Streams over a compacted topic of Avro values. */
final class GroupsTable implements Actor {
  private final KafkaStreams streams;
  private final AvroDecoder decoder;

  GroupsTable(Map<String, Object> config, JsonNode request) {
    decoder = new AvroDecoder(request.get("registry").asText());
    Properties properties = new Properties();
    properties.putAll(config);
    StreamsBuilder builder = new StreamsBuilder();
    builder.globalTable(
        request.get("topic").asText(), Consumed.with(Serdes.String(), Serdes.ByteArray()), Materialized.as("groups"));
    streams = new KafkaStreams(builder.build(properties), properties);
    streams.start();
  }

  @Override
  public Object run(String op, JsonNode request) throws Exception {
    return switch (op) {
      case "all" -> all();
      case "close" -> streams.close(Duration.ofSeconds(10));
      default -> throw new IllegalArgumentException("a table can't " + op);
    };
  }

  private Map<String, JsonNode> all() throws Exception {
    var store = streams.store(
        StoreQueryParameters.fromNameAndType("groups", QueryableStoreTypes.<String, byte[]>keyValueStore()));
    Map<String, JsonNode> values = new TreeMap<>();
    try (var entries = store.all()) {
      while (entries.hasNext()) {
        var entry = entries.next();
        values.put(entry.key, decoder.decode(entry.value));
      }
    }
    return values;
  }
}
