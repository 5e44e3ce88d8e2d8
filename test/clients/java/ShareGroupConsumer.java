import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a share group (KIP-932); acknowledges what it polled with the next poll. */
final class ShareGroupConsumer implements Actor {
  private final KafkaShareConsumer<byte[], byte[]> consumer;
  private final PollLoop loop;
  private long records;

  ShareGroupConsumer(Map<String, Object> config, JsonNode request) throws Exception {
    consumer = new KafkaShareConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(Read.strings(request.get("topics")));
    loop = new PollLoop("share-" + request.get("actor").asText(), () -> {
      records += consumer.poll(Duration.ofMillis(50)).count();
    });
  }

  @Override
  public Object run(String op, JsonNode request) throws Exception {
    return switch (op) {
      case "status" -> loop.call(this::status);
      case "subscribe" -> loop.call(() -> {
        consumer.subscribe(Read.strings(request.get("topics")));
        return null;
      });
      case "close" -> {
        loop.end(() -> {
          consumer.close(Duration.ofSeconds(10));
          return null;
        });
        yield null;
      }
      default -> throw new IllegalArgumentException("a share consumer can't " + op);
    };
  }

  private Map<String, Object> status() {
    Map<String, Object> status = new HashMap<>();
    status.put("records", records);
    status.put("failure", loop.failure());
    return status;
  }
}
