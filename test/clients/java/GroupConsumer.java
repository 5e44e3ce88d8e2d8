import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A KafkaConsumer of either protocol: subscribed (topics, client-side or server-side regex) or assigned by hand. It may be
 * one whose handler crashes at its first record, and one that never gives a partition up.
 */
final class GroupConsumer implements Actor {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final PollLoop loop;
  private final boolean pausing;
  private final boolean crashing;
  private final boolean stubborn;
  private boolean reading;
  private long records;
  private int rebalances;

  GroupConsumer(Map<String, Object> config, JsonNode request) throws Exception {
    consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    pausing = request.path("paused").asBoolean();
    crashing = request.path("crashing").asBoolean();
    stubborn = request.path("stubborn").asBoolean();
    loop = new PollLoop("consumer-" + request.get("actor").asText(), this::poll);
    loop.call(() -> subscribe(request));
  }

  /** For a transactional producer, which must name the member that it commits for. */
  ConsumerGroupMetadata groupMetadata() throws Exception {
    return loop.call(consumer::groupMetadata);
  }

  @Override
  public Object run(String op, JsonNode request) throws Exception {
    return switch (op) {
      case "status" -> loop.call(this::status);
      case "subscribe" -> loop.call(() -> subscribe(request));
      case "unsubscribe" -> loop.call(() -> {
        consumer.unsubscribe();
        reading = false;
        return null;
      });
      case "commit" -> loop.call(() -> commit(request));
      case "rejoin" -> loop.call(() -> {
        consumer.enforceRebalance();
        return null;
      });
      case "close" -> {
        loop.end(() -> {
          consumer.close(closing(request));
          return null;
        });
        yield null;
      }
      default -> throw new IllegalArgumentException("a consumer can't " + op);
    };
  }

  private Void subscribe(JsonNode request) {
    if (request.has("topics")) {
      consumer.subscribe(Read.strings(request.get("topics")), new Counting());
    } else if (request.has("pattern")) {
      consumer.subscribe(Pattern.compile(request.get("pattern").asText()), new Counting());
    } else if (request.has("serverPattern")) {
      consumer.subscribe(new SubscriptionPattern(request.get("serverPattern").asText()), new Counting());
    } else {
      consumer.assign(Read.partitions(request.get("assign")));
    }
    reading = true;
    return null;
  }

  private void poll() {
    if (!reading) {
      // Unsubscribed: poll() would throw.
      sleep();
      return;
    }
    ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(50));
    if (crashing && !polled.isEmpty()) crash(polled);
    else records += polled.count();
  }

  /** What was not handled is read again from where it was committed, and that is committed again. */
  private void crash(ConsumerRecords<byte[], byte[]> polled) {
    for (TopicPartition partition : polled.partitions()) {
      consumer.seek(partition, polled.records(partition).get(0).offset());
    }
    consumer.commitSync();
    for (int pause = 0; pause < 10; pause += 1) sleep();
  }

  private static void sleep() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Without offsets: what was read so far. */
  private Void commit(JsonNode request) {
    if (!request.has("offsets")) consumer.commitSync();
    else consumer.commitSync(Read.offsets(request.get("offsets"), request.path("metadata").asText("")));
    return null;
  }

  private Map<String, Object> status() {
    ConsumerGroupMetadata member = consumer.groupMetadata();
    Map<String, Object> status = new HashMap<>();
    status.put("memberId", member.memberId());
    status.put("epoch", member.generationId());
    status.put("assignment", Read.byTopic(consumer.assignment()));
    status.put("rebalances", rebalances);
    status.put("records", records);
    status.put("failure", loop.failure());
    return status;
  }

  /** A static member stays in its group by itself; a dynamic one can be told to. */
  private static CloseOptions closing(JsonNode request) {
    CloseOptions options = CloseOptions.timeout(Duration.ofSeconds(10));
    String operation = Read.text(request, "membership");
    return operation == null
        ? options
        : options.withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.valueOf(operation));
  }

  private final class Counting implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      rebalances += 1;
      if (pausing) consumer.pause(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      // Its heartbeats go on: they have a thread of their own.
      while (stubborn) sleep();
    }
  }
}
