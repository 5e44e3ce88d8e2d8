import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Kafka's types from JSON and back. Offsets are {topic: {partition: offset}}, partitions {topic: [partition]}. */
final class Read {
  private Read() {}

  static Map<String, Object> config(JsonNode node) {
    Map<String, Object> config = new HashMap<>();
    node.properties().forEach(field -> config.put(field.getKey(), field.getValue().asText()));
    return config;
  }

  static List<String> strings(JsonNode node) {
    List<String> strings = new ArrayList<>();
    if (node != null) node.forEach(item -> strings.add(item.asText()));
    return strings;
  }

  static Map<TopicPartition, OffsetAndMetadata> offsets(JsonNode node, String metadata) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    node.properties().forEach(topic -> topic.getValue().properties().forEach(partition -> offsets.put(
        new TopicPartition(topic.getKey(), Integer.parseInt(partition.getKey())),
        new OffsetAndMetadata(partition.getValue().asLong(), metadata))));
    return offsets;
  }

  static List<TopicPartition> partitions(JsonNode node) {
    List<TopicPartition> partitions = new ArrayList<>();
    node.properties().forEach(topic -> topic.getValue()
        .forEach(partition -> partitions.add(new TopicPartition(topic.getKey(), partition.asInt()))));
    return partitions;
  }

  static Map<String, List<Integer>> byTopic(Collection<TopicPartition> partitions) {
    Map<String, List<Integer>> topics = new TreeMap<>();
    for (TopicPartition partition : partitions) {
      topics.computeIfAbsent(partition.topic(), topic -> new ArrayList<>()).add(partition.partition());
    }
    topics.values().forEach(list -> list.sort(null));
    return topics;
  }

  static Map<String, Map<Integer, Long>> offsetsByTopic(Map<TopicPartition, OffsetAndMetadata> offsets) {
    Map<String, Map<Integer, Long>> topics = new TreeMap<>();
    offsets.forEach((partition, offset) -> {
      if (offset != null) {
        topics.computeIfAbsent(partition.topic(), topic -> new TreeMap<>()).put(partition.partition(), offset.offset());
      }
    });
    return topics;
  }

  static String text(JsonNode request, String field) {
    JsonNode node = request.get(field);
    return node == null || node.isNull() ? null : node.asText();
  }
}
