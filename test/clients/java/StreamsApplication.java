import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;

/** Kafka Streams: counts the records of each key (with a state store and its changelog), or passes them on as they are. */
final class StreamsApplication implements Actor {
  private final KafkaStreams streams;

  StreamsApplication(Map<String, Object> config, JsonNode request) {
    Properties properties = new Properties();
    properties.putAll(config);
    properties.put("default.key.serde", Serdes.ByteArraySerde.class);
    properties.put("default.value.serde", Serdes.ByteArraySerde.class);
    StreamsBuilder builder = new StreamsBuilder();
    KStream<byte[], byte[]> input = builder.stream(Read.strings(request.get("topics")));
    String output = request.get("output").asText();
    if (request.path("counting").asBoolean()) {
      input.groupByKey().count().toStream().mapValues(count -> count.toString().getBytes()).to(output);
    } else {
      input.to(output);
    }
    streams = new KafkaStreams(builder.build(properties), properties);
    streams.start();
  }

  @Override
  public Object run(String op, JsonNode request) {
    return switch (op) {
      case "status" -> status();
      case "close" -> {
        CloseOptions options = CloseOptions.timeout(Duration.ofSeconds(10));
        String operation = Read.text(request, "membership");
        yield streams.close(operation == null ? options : options.withGroupMembershipOperation(
            CloseOptions.GroupMembershipOperation.valueOf(operation)));
      }
      default -> throw new IllegalArgumentException("a streams application can't " + op);
    };
  }

  private Map<String, Object> status() {
    Map<String, Object> status = new HashMap<>();
    status.put("state", streams.state().name());
    status.put("tasks", streams.metadataForLocalThreads().stream()
        .flatMap(thread -> thread.activeTasks().stream())
        .map(task -> task.taskId().toString())
        .sorted()
        .toList());
    return status;
  }
}
